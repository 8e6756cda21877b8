/**
 * Large files as memory that the system maps: pages are read when they are touched, are shared with the system's cache of files, and can
 * be given back. On Linux and macOS; elsewhere callers read the file.
 */
import { closeSync, fstatSync, openSync } from 'node:fs'
import { constants } from 'node:buffer'
import { platform } from 'node:process'
import { type Koffi, loadKoffi } from './koffi.ts'

/** PROT_READ | PROT_WRITE and MAP_PRIVATE: what a program writes stays its own, and never reaches the file. */
const [readAndWrite, isPrivate] = [3, 2]

/** MADV_WILLNEED and MADV_DONTNEED. */
const advice = Object.freeze({ needed: 3, unneeded: 4 })

interface Functions {
  readonly koffi: Koffi
  readonly mmap: (at: null, bytes: number, access: number, kind: number, file: number, from: number) => bigint
  readonly munmap: (at: bigint, bytes: number) => number
  readonly madvise: (at: bigint, bytes: number, advice: number) => number
}

interface Mapped {
  readonly at: bigint
  readonly bytes: number
}

/** Where the memory of each mapped file is. */
const places = new WeakMap<ArrayBufferLike, Mapped>()

let functions: Promise<Functions | undefined> | undefined

/** Files whose memory nobody refers to any more. */
const unmapping = new FinalizationRegistry<Mapped & { readonly munmap: Functions['munmap'] }>(({ at, bytes, munmap }) =>
  munmap(at, bytes),
)

/**
 * A file as bytes that the system maps, or undefined where it cannot.
 *
 * @throws the system's error if the file cannot be opened
 * @example
 * const bytes = (await mapFile(path)) ?? (await readFile(path))
 */
export async function mapFile(path: string): Promise<Uint8Array | undefined> {
  functions ??= load().catch(() => undefined)
  const system = await functions
  if (system === undefined) return undefined
  const file = openSync(path, 'r')
  try {
    const { size: bytes } = fstatSync(file)
    if (bytes === 0 || bytes > constants.MAX_LENGTH) return undefined
    const at = BigInt(system.mmap(null, bytes, readAndWrite, isPrivate, file, 0))
    if (BigInt.asIntN(64, at) === -1n) return undefined
    return view(system, { at, bytes })
  } finally {
    closeSync(file)
  }
}

/** Gives back the pages of a mapped file that some arrays lie in: they are read again where they are touched. Other memory is left alone. */
export function releasePages(buffers: Iterable<ArrayBufferLike>): void {
  advise(buffers, advice.unneeded)
}

/** Lets the system read the files of some arrays in advance. */
export function expectPages(buffers: Iterable<ArrayBufferLike>): void {
  advise(buffers, advice.needed)
}

/** Whether some memory is that of a mapped file. */
export function isMapped(buffer: ArrayBufferLike): boolean {
  return places.has(buffer)
}

function advise(buffers: Iterable<ArrayBufferLike>, what: number): void {
  for (const buffer of buffers) {
    const place = places.get(buffer)
    if (place) loaded?.madvise(place.at, place.bytes, what)
  }
}

let loaded: Functions | undefined

async function load(): Promise<Functions | undefined> {
  if (platform !== 'linux' && platform !== 'darwin') return undefined
  const koffi = await loadKoffi()
  const system = koffi.load(null)
  loaded = {
    koffi,
    mmap: system.func('mmap', 'void *', ['void *', 'size_t', 'int', 'int', 'int', 'int64']) as never,
    munmap: system.func('munmap', 'int', ['void *', 'size_t']) as never,
    madvise: system.func('madvise', 'int', ['void *', 'size_t', 'int']) as never,
  }
  return loaded
}

function view({ koffi, munmap }: Functions, place: Mapped): Uint8Array | undefined {
  let buffer: ArrayBuffer
  try {
    buffer = koffi.view(place.at, place.bytes)
  } catch {
    // Runtimes that keep all arrays in a cage of their own take no memory from outside.
    munmap(place.at, place.bytes)
    return undefined
  }
  places.set(buffer, place)
  unmapping.register(buffer, { ...place, munmap })
  return new Uint8Array(buffer)
}
