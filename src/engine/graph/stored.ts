/**
 * Weights as a file stores them: sixteen bits to a number, say, perhaps in memory that the system maps from the file. A
 * graph gets them as they are and widens each where it is used, so that memory holds one wide weight at a time.
 */
import type { HostArray } from './dtype.ts'

/** How numbers may be stored. */
export type StoredType = 'float32' | 'float16' | 'bfloat16'

/** Numbers as they are stored; halves are raw bits. Its memory must not change. */
export interface StoredArray {
  readonly stored: StoredType
  readonly data: Float32Array | Uint16Array
  /** All of them as single-precision numbers: a new array, unless they are stored so. */
  floats(): Float32Array
}

/** What stands for an input of a graph whose values are known when it is compiled. */
export type KnownArray = HostArray | StoredArray

/** Wide numbers as they are. */
export const storedFloats = (data: Float32Array): StoredArray => ({ stored: 'float32', data, floats: () => data })

/** Whether an array is kept as it is stored. */
export function isStored(array: KnownArray): array is StoredArray {
  return 'stored' in array
}
