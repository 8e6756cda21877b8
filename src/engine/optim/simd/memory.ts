/** Puts arrays where the kernels can reach them: together in one memory, or copied there piece by piece. */
import { kernelsOn } from './kernels.ts'
import type { Kernels } from './kernels.ts'
import type { Allotment, MemoryRoom } from '../../simd/room.ts'

const pageBytes = 65536
const pageLimit = 65536

/** Space in front of the arrays for the results of kernels. */
const headBytes = 128

const roundUp = (size: number, unit: number): number => Math.ceil(size / unit) * unit

/** Where kernels work, and 128 bytes for their results. */
interface Place {
  readonly kernels: Kernels
  readonly head: number
}

/** The places of the memories that {@link zerosTogether} made. */
const known = new WeakMap<ArrayBufferLike, Place>()

/** The kernels on the memories of others. */
const ofRooms = new WeakMap<object, Kernels>()

/**
 * Arrays of zeros in one memory: optimisers update them in place, four times as fast as separate arrays. If they are
 * too large for that (4 GiB together), they are separate.
 *
 * @param lengths how many elements each has
 * @param room the memory of a runtime that will use them too; by default a memory of their own
 * @example
 * const { params, gradients } = zerosTogether({ params: 1000, gradients: 1000 })
 */
export function zerosTogether<Names extends string>(
  lengths: Readonly<Record<Names, number>>,
  room?: MemoryRoom,
): Record<Names, Float32Array> {
  const entries = Object.entries(lengths) as [Names, number][]
  const sizes = entries.map(([, length]) => roundUp(length * 4, 64))
  const bytes = headBytes + sizes.reduce((sum, each) => sum + each, 0)
  const place = (room && placeIn(room, bytes)) ?? ownPlace(bytes)
  let at = (place?.at ?? 0) + headBytes
  const arrays = entries.map(([name, length], i) => {
    const array = place === undefined ? new Float32Array(length) : new Float32Array(place.buffer, at, length)
    at += sizes[i]!
    return [name, array] as const
  })
  return Object.fromEntries(arrays) as Record<Names, Float32Array>
}

function ownPlace(bytes: number): Allotment | undefined {
  const pages = Math.ceil(bytes / pageBytes)
  if (pages > pageLimit) return undefined
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  known.set(memory.buffer, { kernels: kernelsOn(memory), head: 0 })
  return { buffer: memory.buffer, at: 0 }
}

function placeIn(room: MemoryRoom, bytes: number): Allotment | undefined {
  const place = room.allot(bytes)
  if (place === undefined) return undefined
  const kernels = ofRooms.get(room.memory) ?? kernelsOn(room.memory, 'shared')
  ofRooms.set(room.memory, kernels)
  known.set(place.buffer, { kernels, head: place.at })
  new Uint8Array(place.buffer, place.at, bytes).fill(0)
  return place
}

/**
 * Copies of arrays in one memory, as {@link zerosTogether} makes it.
 *
 * @example
 * const together = gathered({ params, gradients, ...state.slots })
 */
export function gathered<Names extends string>(
  arrays: Readonly<Record<Names, Float32Array>>,
): Record<Names, Float32Array> {
  const entries = Object.entries(arrays) as [Names, Float32Array][]
  const lengths = Object.fromEntries(entries.map(([name, { length }]) => [name, length])) as Record<Names, number>
  const copies = zerosTogether(lengths)
  for (const [name, array] of entries) copies[name].set(array)
  return copies
}

/** Elements that are copied at a time: five arrays of them fit the fastest cache but one. */
const pieceLength = 4096
const pieceArrays = 5

/** A memory for pieces of arrays that are elsewhere. */
const bench = (() => {
  let made: { readonly kernels: Kernels; readonly buffer: ArrayBuffer } | undefined
  return () => {
    if (made === undefined) {
      const pages = Math.ceil((headBytes + pieceArrays * pieceLength * 4) / pageBytes)
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
      made = { kernels: kernelsOn(memory), buffer: memory.buffer as ArrayBuffer }
    }
    return made
  }
})()

/** A kernel at work: on `length` bytes of the arrays at these addresses; `results` is room for 128 bytes. */
export type Work = (kernels: Kernels, length: number, addresses: readonly number[], results: Results) => void

/** Where a kernel may leave numbers. */
export interface Results {
  readonly buffer: ArrayBufferLike
  readonly at: number
}

/**
 * Runs a kernel over elements `from ≤ i < to` of arrays, of which the first `readOnly` are not changed: in one go if
 * one memory has them all, else piece by piece. All pieces but the last have whole turns of sixteen elements.
 */
export function overArrays(
  arrays: readonly Float32Array[],
  from: number,
  to: number,
  readOnly: number,
  work: Work,
): void {
  const { buffer } = arrays[0]!
  const place = arrays.every((each) => each.buffer === buffer) ? known.get(buffer) : undefined
  const inPlace = place === undefined ? 0 : to - from - ((to - from) % 16)
  if (place !== undefined && inPlace > 0) {
    const addresses = arrays.map(({ byteOffset }) => byteOffset + from * 4)
    work(place.kernels, inPlace * 4, addresses, { buffer, at: place.head })
  }
  for (let at = from + inPlace; at < to; at += pieceLength) {
    overPiece(arrays, at, Math.min(pieceLength, to - at), readOnly, work)
  }
}

/**
 * Copies a piece of each array in, runs the kernel, and copies back what it may have changed; the last piece is filled
 * up to sixteen with 0.
 */
function overPiece(arrays: readonly Float32Array[], at: number, length: number, readOnly: number, work: Work): void {
  const { kernels, buffer } = bench()
  const addresses = arrays.map((_, i) => headBytes + i * pieceLength * 4)
  const full = roundUp(length, 16)
  const views = addresses.map((address) => new Float32Array(buffer, address, full))
  views.forEach((view, i) => {
    view.set(arrays[i]!.subarray(at, at + length))
    view.fill(0, length)
  })
  work(kernels, full * 4, addresses, { buffer, at: 0 })
  views.forEach((view, i) => {
    if (i >= readOnly) arrays[i]!.set(view.subarray(0, length), at)
  })
}
