/** Memory of somebody else's that arrays may lie in. */

/** A piece of memory: it is free again once nothing refers to `buffer` any more. */
export interface Allotment {
  readonly buffer: ArrayBufferLike
  /** Where it begins, in bytes: a multiple of 64. */
  readonly at: number
}

/** The memory of a runtime: arrays in it are neither copied in nor out when a graph runs. */
export interface MemoryRoom {
  /** A `WebAssembly.Memory`, for kernels that work on it: shared between threads, with at most 65,536 pages. */
  readonly memory: { readonly buffer: ArrayBufferLike }
  /** A piece of so many bytes, of any content; undefined if there is none left. */
  allot(bytes: number): Allotment | undefined
}
