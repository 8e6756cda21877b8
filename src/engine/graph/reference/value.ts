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
  return index.reduce((offset, at, axis) => offset * shape[axis]! + at, 0)
}

/** The element at an index. */
export function read({ shape, data }: Value, index: Index): number {
  return data[offsetOf(index, shape)]!
}

/** The element at an index of a shape that the value broadcasts to. */
export function readBroadcast(value: Value, index: Index): number {
  const own = index.slice(index.length - value.shape.length)
  return read(
    value,
    own.map((at, axis) => (value.shape[axis] === 1 ? 0 : at)),
  )
}

function indexAt(offset: number, shape: Shape): number[] {
  const index = Array.from<number>({ length: shape.length })
  let rest = offset
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis]!
    rest = Math.floor(rest / shape[axis]!)
  }
  return index
}
