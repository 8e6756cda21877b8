/** Symbolic tensors: frozen nodes of an expression graph. Nothing is computed until a program runs. */
import { dtypeOf, hostArray } from './dtype.ts'
import type { DType, HostArray } from './dtype.ts'
import type { Operand, Tensor } from './expression.ts'
import { inferRules } from './infer.ts'
import type { Attributes, OpName } from './ops.ts'
import { sameShape, showShape, sizeOf } from './shape.ts'
import type { Shape } from './shape.ts'
import { TweedieError } from '../../errors.ts'

export type { Operand, Tensor, TensorOf } from './expression.ts'

/** A node of the graph, its shape inferred and checked. */
export function node<K extends OpName>(op: K, inputs: readonly Tensor[], attributes: Attributes[K]): Tensor {
  const infer = inferRules[op] as (attributes: Attributes[K], ...inputs: Tensor[]) => { shape: Shape; dtype: DType }
  const { shape, dtype } = infer(attributes, ...inputs)
  const tensor: Pick<Tensor, 'shape' | 'dtype'> = Object.freeze({
    op,
    inputs: Object.freeze([...inputs]),
    attributes: Object.freeze(attributes),
    shape,
    dtype,
  })
  return tensor as Tensor
}

/**
 * A value that is fed at every run.
 *
 * @example
 * const x = input('x', [16, 3, 32, 32])
 */
export function input(name: string, shape: Shape, dtype: DType = 'float32'): Tensor {
  return node('input', [], { name, shape, dtype })
}

/** A value known when the graph is built: a number, a (nested) list of numbers or a host array with a shape. */
export function constant(value: number | readonly number[] | HostArray, shape?: Shape, dtype?: DType): Tensor {
  const data = toHostArray(value, dtype ?? (typeof value === 'number' || Array.isArray(value) ? 'float32' : undefined))
  const dims = shape ?? (typeof value === 'number' ? [] : [data.length])
  if (data.length === 1 && sizeOf(dims) !== 1) return filled(data[0]!, dims, dtypeOf(data))
  return node('constant', [], { shape: dims, data })
}

/** A constant tensor of one repeated number. */
export function filled(value: number, shape: Shape, dtype: DType = 'float32'): Tensor {
  const scalar = constant([value], [], dtype)
  return shape.length === 0 ? scalar : node('broadcastTo', [scalar], { shape })
}

/** The operand as a tensor; a number becomes a constant of the type `dtype`. */
export function toTensor(value: Operand, dtype: DType = 'float32'): Tensor {
  return typeof value === 'number' ? constant([value], [], dtype) : value
}

/** The number that a tensor holds everywhere, if it is a constant of one value. */
export function constantValue(tensor: Tensor): number | undefined {
  if (tensor.op === 'broadcastTo' || tensor.op === 'reshape') return constantValue(tensor.inputs[0]!)
  if (tensor.op !== 'constant' || tensor.attributes.data.length !== 1) return undefined
  return tensor.attributes.data[0]!
}

/** Throws unless the tensor has exactly this shape; `what` names it in the message. */
export function expectShape(what: string, tensor: Tensor, shape: Shape): void {
  if (!sameShape(tensor.shape, shape)) {
    throw new TweedieError('shape', `${what}: expected shape ${showShape(shape)}, got ${showShape(tensor.shape)}`)
  }
}

function toHostArray(value: number | readonly number[] | HostArray, dtype: DType | undefined): HostArray {
  if (dtype === undefined) return value as HostArray
  const list = typeof value === 'number' ? [value] : value
  const data = hostArray(dtype, list.length)
  data.set(list)
  return data
}
