/** Puts arrays where the kernels can reach them: together in one memory, or copied there piece by piece. */
import { kernelsOn } from './kernels.ts'
import type { Kernels } from './kernels.ts'

const pageBytes = 65536
const pageLimit = 65536

/** Space in front of the arrays for the results of kernels. */
const headBytes = 128

const roundUp = (size: number, unit: number): number => Math.ceil(size / unit) * unit

/** The kernels of the memories that {@link zerosTogether} made. */
const known = new WeakMap<ArrayBufferLike, Kernels>()

/**
 * Arrays of zeros in one memory: optimisers update them in place, four times as fast as separate arrays. If they are
 * too large for that (4 GiB together), they are separate.
 *
 * @param lengths how many elements each has
 * @example
 * const { params, gradients } = zerosTogether({ params: 1000, gradients: 1000 })
 */
export function zerosTogether<Names extends string>(
  lengths: Readonly<Record<Names, number>>,
): Record<Names, Float32Array> {
  const entries = Object.entries(lengths) as [Names, number][]
  const room = entries.map(([, length]) => roundUp(length * 4, 64))
  const pages = Math.ceil((headBytes + room.reduce((sum, each) => sum + each, 0)) / pageBytes)
  const memory = pages > pageLimit ? undefined : new WebAssembly.Memory({ initial: pages, maximum: pages })
  if (memory !== undefined) known.set(memory.buffer, kernelsOn(memory))
  let at = headBytes
  const arrays = entries.map(([name, length], i) => {
    const array = memory === undefined ? new Float32Array(length) : new Float32Array(memory.buffer, at, length)
    at += room[i]!
    return [name, array] as const
  })
  return Object.fromEntries(arrays) as Record<Names, Float32Array>
}

/**
 * Copies of arrays in one memory, as {@link zerosTogether} makes it.
 *
 * @example
 * const { params, gradients, m, v } = gathered({ params, gradients, ...state.slots })
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

/** A kernel at work: on `length` bytes of the arrays at these addresses. */
export type Work = (kernels: Kernels, length: number, addresses: readonly number[], buffer: ArrayBufferLike) => void

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
  const kernels = arrays.every((each) => each.buffer === buffer) ? known.get(buffer) : undefined
  const inPlace = kernels === undefined ? 0 : to - from - ((to - from) % 16)
  if (kernels !== undefined && inPlace > 0) {
    const addresses = arrays.map(({ byteOffset }) => byteOffset + from * 4)
    work(kernels, inPlace * 4, addresses, buffer)
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
  work(kernels, full * 4, addresses, buffer)
  views.forEach((view, i) => {
    if (i >= readOnly) arrays[i]!.set(view.subarray(0, length), at)
  })
}
