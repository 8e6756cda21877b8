/** The element types of tensors, and the host arrays that hold them. */

/** An element type. Booleans are held as bytes, 0 or 1. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool'

/** The host array of each element type. */
export interface HostArrays {
  float32: Float32Array
  float64: Float64Array
  int32: Int32Array
  bool: Uint8Array
}

/** Any array that can hold a tensor's elements. */
export type HostArray = HostArrays[DType]

const constructors = Object.freeze({
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
})

/** A zeroed host array of `size` elements. */
export function hostArray<D extends DType>(dtype: D, size: number): HostArrays[D] {
  return new constructors[dtype](size) as HostArrays[D]
}

/** The element type that a host array holds. */
export function dtypeOf(data: HostArray): DType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Float64Array) return 'float64'
  return data instanceof Int32Array ? 'int32' : 'bool'
}

/** Whether elements are real numbers, so that a gradient makes sense. */
export function isFloat(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64'
}
