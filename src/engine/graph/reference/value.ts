/** Values of the reference evaluator: whole arrays in row-major order, read and built by index. */
import { hostArray } from '../dtype.ts'
import type { DType, HostArrays } from '../dtype.ts'
import type { Attributes, OpName } from '../ops.ts'
import { sizeOf } from '../shape.ts'
import type { Shape } from '../shape.ts'

/** A computed tensor. Real numbers are always held in double precision, whatever the node's element type. */
export interface Value {
  readonly shape: Shape
  readonly data: HostArrays['float64' | 'int32' | 'bool']
}

/** A place in a tensor, one number per axis. */
export type Index = readonly number[]

/** How an operator is computed. Fed inputs have no rule: their values come from outside. */
export type ReferenceRule<K extends OpName> = (attributes: Attributes[K], ...inputs: Value[]) => Value

/** The rules of some operators. */
export type ReferenceRules<K extends OpName> = { readonly [each in K]: ReferenceRule<each> }

/** A zeroed array for elements of this type; float32 is held in double precision. */
export function storage(dtype: DType, size: number): Value['data'] {
  return hostArray(dtype === 'float32' ? 'float64' : dtype, size)
}

/** Every index of a shape, in row-major order. */
export function* indices(shape: Shape): Generator<Index> {
  for (let i = 0; i < sizeOf(shape); i++) yield indexAt(i, shape)
}

/** The value whose element at each index is `element(index)`. */
export function tabulate(shape: Shape, dtype: DType, element: (index: Index) => number): Value {
  const data = storage(dtype, sizeOf(shape))
  for (let i = 0; i < data.length; i++) data[i] = element(indexAt(i, shape))
  return { shape, data }
}

/** The place of an index in a row-major array. */
export function offsetOf(index: Index, shape: Shape): number {
  let offset = 0
  for (let axis = 0; axis < index.length; axis++) offset = offset * shape[axis]! + index[axis]!
  return offset
}

/** The element at an index. */
export function read({ shape, data }: Value, index: Index): number {
  return data[offsetOf(index, shape)]!
}

/** The place of the element at an index of a shape that this one broadcasts to. */
export function offsetBroadcast(index: Index, shape: Shape): number {
  const further = index.length - shape.length
  let offset = 0
  for (let axis = 0; axis < shape.length; axis++) {
    offset = offset * shape[axis]! + (shape[axis] === 1 ? 0 : index[further + axis]!)
  }
  return offset
}

/** The element at an index of a shape that the value broadcasts to. */
export function readBroadcast({ shape, data }: Value, index: Index): number {
  return data[offsetBroadcast(index, shape)]!
}

function indexAt(offset: number, shape: Shape): number[] {
  const index = [...shape]
  let rest = offset
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!
    rest = Math.floor(rest / shape[axis]!)
  }
  return index
}
