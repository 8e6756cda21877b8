/** The engine for Node: the C functions of ONNX Runtime if they can be called, else its addon. */
import { channel } from 'node:diagnostics_channel'
import { resolve } from 'node:path'
import { env } from 'node:process'
import { isMainThread } from 'node:worker_threads'
import { TweedieError } from '../../../errors.ts'
import { codeDigest } from './code-digest.ts'
import { attempt, deviceError } from './device-error.ts'
import { apartEngine } from './ort-apart.ts'
import { bindingEngine } from './ort-binding.ts'
import { cacheFolder, cachingEngine } from './ort-cache.ts'
import { capiEngine, loadCapi } from './ort-capi.ts'
import { findOrtLibrary } from './ort-library.ts'
import { ortResident } from './ort-resident.ts'
import type { Engine } from '../session.ts'

/** `capi`: fast, needs koffi; `binding`: ONNX Runtime's own addon; `auto`: the first that loads. */
export type EnginePreference = 'auto' | 'capi' | 'binding'

/** Devices that the C functions reach without the addon's help. */
const capiDevices: ReadonlySet<string> = new Set(['cpu', 'webgpu', 'cuda', 'auto'])

/** The addon; in a worker thread, in a process of its own. */
const addon = isMainThread ? bindingEngine : apartEngine

/** The C functions, and the addon for the devices that they do not reach. */
const capiFirst: Engine = Object.freeze({
  name: 'capi',
  stores: capiEngine.stores!,
  createSession: (model, options) =>
    (capiDevices.has(options?.device ?? 'cpu') ? capiEngine : addon).createSession(model, options),
  createResident: ortResident,
} satisfies Engine)

/** Options of {@link nodeEngine}. */
export interface NodeEngineOptions {
  /** Which engine; the environment variable `TWEEDIE_ENGINE` wins. Default `auto`. */
  readonly prefer?: EnginePreference
  /**
   * Whether optimised graphs are cached on disk, for a quicker start the next time: a folder, or true for the one that
   * `TWEEDIE_CACHE` names, or else the user's. Default: only if `TWEEDIE_CACHE` is a folder or `on`.
   */
  readonly cache?: string | boolean
}

/**
 * The channel of `node:diagnostics_channel` on which the engine reports, as `{ message }`, files that it could not use
 * (a damaged file of the cache).
 */
export const noteChannel = 'tweedie:note'

/**
 * The engine to use in this process.
 *
 * @example
 * const engine = await nodeEngine({ cache: '.cache/tweedie' })
 * using session = await engine.createSession(bytes, { device: 'cpu', threads: 2 })
 *
 * @throws TweedieError `usage` for an unknown preference, `device` if the requested engine does not load
 */
export async function nodeEngine({ prefer = 'auto', cache }: NodeEngineOptions = {}): Promise<Engine> {
  const wanted = env.TWEEDIE_ENGINE || prefer
  const folder = keptIn(cache)
  const own = env.TWEEDIE_ONNXRUNTIME
  if (wanted === 'binding') {
    if (!own) return cached(addon, folder)
    throw new TweedieError(
      'usage',
      "the engine 'binding' has an ONNX Runtime of its own; TWEEDIE_ONNXRUNTIME is for 'capi'",
    )
  }
  if (wanted !== 'auto' && wanted !== 'capi') {
    throw new TweedieError('usage', `there is no engine '${wanted}'`, { hint: 'use auto, capi or binding' })
  }
  const missing = await loadCapi().then(() => undefined, deviceError)
  if (missing && (wanted === 'capi' || own)) throw missing
  return cached(missing ? addon : capiFirst, folder)
}

/** The folder of the graph cache, if it is on. */
export function keptIn(cache?: string | boolean): string | undefined {
  if (typeof cache === 'string') return resolve(cache)
  return (cache ?? Boolean(env.TWEEDIE_CACHE)) ? cacheFolder() : undefined
}

/** Engines with a cache, one for each name and folder, since facts about an engine are stored with it. */
const withCache = new Map<string, Engine>()

function cached(engine: Engine, folder: string | undefined): Engine {
  const version = attempt(() => findOrtLibrary().version)
  if (folder === undefined || version === undefined) return engine
  const id = `${engine.name} ${folder}`
  const before = withCache.get(id)
  if (before !== undefined) return before
  const notes = channel(noteChannel)
  const note = (message: string): void => notes.publish({ message })
  const made = cachingEngine(engine, { folder, version, code: codeDigest, note })
  withCache.set(id, made)
  return made
}
