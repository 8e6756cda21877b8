/**
 * A cache of graphs on disk. ONNX Runtime rewrites a graph before it runs it, and for a training step that is most of the time
 * that making a session takes. An engine with a cache keeps what was rewritten, in the runtime's own format, and loads it the
 * next time: the same nodes in the same order, so the same bits.
 *
 * The key of a graph is a digest of all that it depends on: the runtime's version, the processor (the runtime chooses
 * kernels by its features), the options, and the model's bytes; or, so that no model has to be made, the symbolic graph
 * with a digest of the code that would lower it. A file that is damaged or of another version is ignored with a note
 * and replaced; a folder that cannot be written changes nothing.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { cpus, homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { arch, env, platform } from 'node:process'
import { encodeSignature } from '../../onnx/proto/signature.ts'
import { cacheFiles } from './ort-cache-files.ts'
import { meanwhileOf } from '../meanwhile.ts'
import type { Engine, Expectation, Session, SessionOptions } from '../session.ts'

/** The place of a cache, and its limits. */
export interface CacheOptions {
  readonly folder: string
  /** Version of the runtime behind the engine. */
  readonly version: string
  /** A digest of the code that makes models of graphs; without one, graphs are found by their models only. */
  readonly code?: string | undefined
  /** Called with one line about a file that could not be used. */
  readonly note: (message: string) => void
  /** Models that are smaller, in bytes, are made faster than looked up; default 32 KiB. */
  readonly smallest?: number
  /** Models that are larger consist of weights, and take longer to look up than to rewrite; default 8 MiB. */
  readonly largest?: number
  /** Files that were not used for longest are removed above this size of all; default 256 MiB. */
  readonly limitBytes?: number
}

/**
 * The folder that `TWEEDIE_CACHE` names, or the user's if it is `on` or empty; undefined if it is `off`, or there is no
 * user's folder.
 */
export function cacheFolder(): string | undefined {
  const { TWEEDIE_CACHE: wanted, XDG_CACHE_HOME: base } = env
  if (wanted === 'off') return undefined
  if (wanted && wanted !== 'on') return resolve(wanted)
  if (base && isAbsolute(base)) return join(base, 'tweedie')
  try {
    return join(homedir(), '.cache', 'tweedie')
  } catch {
    return undefined
  }
}

/**
 * The engine, with sessions on the CPU from a cache.
 *
 * @example
 * const engine = cachingEngine(capiEngine, { folder: '.cache', version: '1.30.0', note: console.warn })
 */
export function cachingEngine(engine: Engine, options: CacheOptions): Engine {
  const { folder, version, code, note, smallest = 2 ** 15, largest = 2 ** 23, limitBytes = 2 ** 28 } = options
  const files = cacheFiles(folder, limitBytes, note)

  const find = async (key: string, session: SessionOptions): Promise<Session | undefined> => {
    const kept = files.read(key)
    if (kept === undefined) return undefined
    // what goes wrong meanwhile says nothing about the graph
    const other = meanwhileOf(session.meanwhile)
    const how = { ...session, meanwhile: other.begin, rewritten: { from: kept.rewritten } }
    const found = await engine.createSession(kept.signature, how).catch((error: unknown) => {
      note(`the runtime refuses a graph from the cache: it is made anew (${firstLine(error)})`)
    })
    other.check(() => found?.dispose())
    return found ?? undefined
  }

  const make = async (key: string, model: Uint8Array, session: SessionOptions): Promise<Session> => {
    const saveTo = isOfSize(model) ? files.stage(key) : undefined
    if (saveTo === undefined) return engine.createSession(model, session)
    const other = meanwhileOf(session.meanwhile)
    const how = { ...session, meanwhile: other.begin, rewritten: { saveTo } }
    const made = await engine.createSession(model, how).catch(() => undefined)
    if (made) files.keep(key, saveTo, encodeSignature(made))
    else files.discard(saveTo)
    other.check(() => made?.dispose())
    // The disk may be full, or the model wrong: a second try without saving shows which.
    return made ?? engine.createSession(model, session)
  }

  const isOfSize = (model: Uint8Array): boolean => model.length >= smallest && model.length <= largest

  return Object.freeze<Engine>({
    name: engine.name,
    ...(engine.stores && { stores: engine.stores }),
    ...(engine.createResident && { createResident: engine.createResident }),
    async createSession(model, session = {}) {
      if (!isKept(session) || !isOfSize(model)) return engine.createSession(model, session)
      const key = keyOf(['model', model], session, version)
      return (await find(key, session)) ?? make(key, model, session)
    },
    ...(code !== undefined && {
      async createSessionOf(source, session = {}, expectation?: Expectation) {
        const expected = expectation as Expected | undefined
        if (!isKept(session)) return engine.createSession(await source.model(), session)
        const key = keyOf([`graph ${code}`, ...source.identity()], session, version)
        const early = expected?.key === key
        if (early) session.meanwhile?.()
        const made = early ? await expected.take() : undefined
        if (expected && !early) files.remember(expected.purpose, key)
        return made ?? (await find(key, session)) ?? make(key, await source.model(), session)
      },
      async expect(purpose, session = {}) {
        const hint = keyOf([`purpose ${code}`, purpose], session, version)
        const key = isKept(session) && session.profile === undefined ? files.last(hint) : undefined
        if (key === undefined) return expecting(hint)
        return new Promise((resolve) => {
          // An engine may call this before `made` is known.
          const meanwhile = (): void => queueMicrotask(begun)
          const begun = (): void => resolve(expecting(hint, key, made))
          const made = find(key, { ...session, meanwhile })
          void made.finally(begun)
        })
      },
    }),
  })
}

/** A session that {@link cachingEngine} prepares in advance for a purpose: that of the last key, if there was one. */
interface Expected extends Expectation {
  readonly purpose: string
  readonly key: string | undefined
  /** The session; the caller now owns it. */
  take(): Promise<Session | undefined>
}

function expecting(purpose: string, key?: string, made?: Promise<Session | undefined>): Expected {
  let left = made
  const take = async (): Promise<Session | undefined> => {
    const session = left
    left = undefined
    return session
  }
  const dispose = (): void => void take().then((session) => session?.dispose())
  return { purpose, key, take, dispose, [Symbol.dispose]: dispose }
}

/** Whether the runtime rewrites the graph in full, for the one device whose kernels the key knows. */
function isKept({ cached = true, device = 'cpu', optimization = 'all', rewritten }: SessionOptions): boolean {
  return cached && device === 'cpu' && optimization === 'all' && rewritten === undefined
}

function keyOf(parts: readonly (string | Uint8Array)[], { threads, config }: SessionOptions, version: string): string {
  const hash = createHash('sha256').update(JSON.stringify([version, processor(), threads, config]))
  for (const part of parts) hash.update('\n').update(part)
  return hash.digest('hex')
}

let known: readonly unknown[] | undefined

/** The processor's name and, on Linux, its features, some of which a virtual machine may hide. */
function processor(): readonly unknown[] {
  known ??= [platform, arch, cpus()[0]?.model, features()]
  return known
}

function features(): string | undefined {
  try {
    return readFileSync('/proc/cpuinfo', 'utf8').match(/^(?:flags|Features)\s*:(.*)$/m)?.[1]
  } catch {
    return undefined
  }
}

function firstLine(error: unknown): string {
  return String(error).split('\n')[0]!.slice(0, 160)
}
