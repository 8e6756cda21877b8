/** Symbolic tensors as types: a node is an operator, its inputs and its attributes, with a static shape. */
import type { DType } from './dtype.ts'
import type { ArithmeticOp, Attributes, ComparisonOp, OpName } from './ops.ts'
import type { Shape } from './shape.ts'

type BinaryOp = ArithmeticOp | ComparisonOp | 'gather' | 'scatterAdd' | 'matmul' | 'conv' | 'convInput' | 'convWeight'

/** The number of inputs of an operator. */
export type InputsOf<K extends OpName> = K extends 'input' | 'constant'
  ? readonly []
  : K extends BinaryOp
    ? readonly [Tensor, Tensor]
    : K extends 'where'
      ? readonly [Tensor, Tensor, Tensor]
      : K extends 'concat'
        ? readonly [Tensor, ...Tensor[]]
        : K extends 'call'
          ? readonly Tensor[]
          : readonly [Tensor]

/** The value of an operator `K` applied to `inputs`: immutable, with a static shape. */
export interface TensorOf<K extends OpName> {
  readonly op: K
  readonly inputs: InputsOf<K>
  readonly attributes: Attributes[K]
  readonly shape: Shape
  readonly dtype: DType
}

/** A symbolic tensor, discriminated by `op`. */
export type Tensor = { [K in OpName]: TensorOf<K> }[OpName]

/** Where a number may stand for a constant tensor. */
export type Operand = Tensor | number
