/** Symbolic tensors as types: a node is an operator, its inputs and its attributes, with a static shape. */
import type { DType } from './dtype.ts'
import type { Attributes, OpName } from './ops.ts'
import type { Shape } from './shape.ts'

/** The value of an operator `K` applied to `inputs`: immutable, with a static shape. */
export interface TensorOf<K extends OpName> {
  readonly op: K
  readonly inputs: readonly Tensor[]
  readonly attributes: Attributes[K]
  readonly shape: Shape
  readonly dtype: DType
}

/** A symbolic tensor, discriminated by `op`. */
export type Tensor = { [K in OpName]: TensorOf<K> }[OpName]

/** Where a number may stand for a constant tensor. */
export type Operand = Tensor | number
