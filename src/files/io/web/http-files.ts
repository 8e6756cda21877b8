/** Files below a URL: fetched with progress, checked by their hash, kept for the next time. */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { metaPath } from '../folder-plan.ts'
import { digestOf, plainHash } from './integrity.ts'
import { joinBytes } from '../../../join-bytes.ts'

/** How files are fetched. */
export interface Fetching {
  readonly keep: boolean
  /** SHA-256 by path. */
  readonly integrity?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** Gets sentences about what was kept or fetched again. */
  readonly notes: string[]
}

/** Files below a URL. */
export interface HttpFiles {
  /** A file's bytes; undefined where there is none. @throws TweedieError `model` where it cannot be fetched, or is another one */
  readonly get: (path: string) => Promise<Uint8Array<ArrayBuffer> | undefined>
  /** Begins to fetch what will be asked for. */
  readonly expect: (path: string) => void
}

/** The cache of all folders, and where a kept file has its hash. */
export const cacheName = 'tweedie-models-1'
const hashHeader = 'x-sha256'

/** @param base the URL of the folder, with a slash at its end */
export async function httpFiles(
  base: string,
  { keep, integrity = {}, signal, onProgress, notes }: Fetching,
): Promise<HttpFiles> {
  const cache = keep ? await openCache() : undefined
  const asked = new Map<string, Promise<Uint8Array<ArrayBuffer> | undefined>>()
  let [done, total] = [0, 0]
  const watch = (more: number, expected: number): void => {
    done += more
    total += expected
    onProgress?.(done, Math.max(done, total))
  }
  /** Whether kept files are those that the server has; known once `tweedie.json` was fetched. */
  let fresh = false
  const keptFile = async (path: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const response = await cache?.match(base + path)
    const hash = response?.headers.get(hashHeader)
    if (response === undefined || !hash) return undefined
    if (integrity[path] !== undefined && plainHash(integrity[path], path) !== hash) return undefined
    const bytes = new Uint8Array(await response.arrayBuffer())
    if ((await digestOf(bytes)) === hash) return bytes
    notes.push(`${path}: what the browser kept is damaged, and was fetched again`)
    return undefined
  }
  const fetched = async (path: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    throwIfAborted(signal)
    const bytes = await fetchBytes(base + path, signal, watch)
    if (bytes === undefined) return undefined
    const hash = await digestOf(bytes)
    const wanted = integrity[path] === undefined ? undefined : plainHash(integrity[path], path)
    if (wanted !== undefined && wanted !== hash) throw changed(base + path, hash, wanted)
    if (wanted !== undefined || fresh || path === metaPath || hasMeta) await put(path, bytes, hash)
    return bytes
  }
  const put = async (path: string, bytes: Uint8Array<ArrayBuffer>, hash: string): Promise<void> => {
    try {
      await cache?.put(base + path, new Response(bytes, { headers: { [hashHeader]: hash } }))
    } catch (error) {
      notes.push(`${path} is not kept for the next time: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const before = await keptFile(metaPath)
  let hasMeta = false
  let away = false
  const meta = await fetched(metaPath).catch((error: unknown) => {
    if (before === undefined || !(error instanceof TweedieError) || error.cause === undefined || signal?.aborted)
      throw error
    away = true
    notes.push(`${base} cannot be reached: the model that the browser kept is opened`)
    return before
  })
  hasMeta = meta !== undefined
  fresh = away || (before !== undefined && meta !== undefined && isEqual(before, meta))
  if (before !== undefined && !fresh) {
    await forget(cache, base)
    if (meta !== undefined) {
      notes.push('the model at this URL is another one than the browser kept: it was fetched again')
      await put(metaPath, meta, await digestOf(meta))
    }
  }
  asked.set(metaPath, Promise.resolve(meta))
  const get = (path: string): Promise<Uint8Array<ArrayBuffer> | undefined> => {
    const known = asked.get(path)
    if (known) return known
    const reading = (async () => {
      const old = fresh || integrity[path] !== undefined ? await keptFile(path) : undefined
      if (old) {
        watch(old.length, old.length)
        return old
      }
      return away ? undefined : fetched(path)
    })()
    asked.set(path, reading)
    return reading
  }
  return {
    get,
    expect(path) {
      get(path).catch(() => undefined)
    },
  }
}

/** What the browser keeps; undefined where it keeps nothing: on pages that are not secure, in some private windows. */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await (globalThis.caches as CacheStorage | undefined)?.open(cacheName)
  } catch {
    return undefined
  }
}

async function forget(cache: Cache | undefined, base: string): Promise<void> {
  for (const request of (await cache?.keys()) ?? []) if (request.url.startsWith(base)) await cache?.delete(request)
}

/** A body, part by part; undefined where the server has no such file. */
async function fetchBytes(
  url: string,
  signal: AbortSignal | undefined,
  watch: (more: number, expected: number) => void,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const unreachable = (cause: unknown): never => {
    throwIfAborted(signal)
    throw new TweedieError(
      'model',
      `${url} cannot be fetched: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: 'is the address right, and does the server allow this page to read it (CORS)?',
        cause,
      },
    )
  }
  // Asks the server whether what the browser's own cache has is still right.
  const response = await fetch(url, { cache: 'no-cache', ...(signal && { signal }) }).catch(unreachable)
  if ([404, 403, 410].includes(response.status)) return undefined
  if (!response.ok) throw new TweedieError('model', `${url}: the server answers ${response.status}`)
  // Servers of single-page applications send their page for everything that they do not have.
  if (response.headers.get('content-type')?.startsWith('text/html')) return undefined
  const expected = Number(response.headers.get('content-length') ?? 0)
  watch(0, expected)
  const parts: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  for (;;) {
    const next = await reader?.read().catch(unreachable)
    if (next === undefined || next.done) break
    parts.push(next.value)
    length += next.value.length
    watch(next.value.length, 0)
  }
  return joinBytes(parts)
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function changed(url: string, found: string, wanted: string): TweedieError {
  return new TweedieError('model', `${url}: its SHA-256 is ${found}, and ${wanted} is asked for`, {
    hint: 'the file was changed on its way, or it is a newer model: then give its new hash',
  })
}
