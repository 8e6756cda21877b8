/** Lowering of the operators that work element by element: each has one ONNX operator, silu has two. */
import { arithmeticOps, comparisonOps, unaryOps } from '../../graph/ops.ts'
import type { ArithmeticOp, ComparisonOp, UnaryOp } from '../../graph/ops.ts'
import type { DType } from '../../graph/dtype.ts'
import type { Context } from './context.ts'

/** Element types by their code in ONNX. */
export const typeCodes: Readonly<Record<DType, number>> = Object.freeze({ float32: 1, int32: 6, bool: 9, float64: 11 })

const names: Readonly<Record<Exclude<UnaryOp, 'silu'> | ArithmeticOp | ComparisonOp, string>> = {
  neg: 'Neg',
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  reciprocal: 'Reciprocal',
  abs: 'Abs',
  sign: 'Sign',
  floor: 'Floor',
  round: 'Round',
  sin: 'Sin',
  cos: 'Cos',
  tanh: 'Tanh',
  erf: 'Erf',
  sigmoid: 'Sigmoid',
  relu: 'Relu',
  not: 'Not',
  stopGradient: 'Identity',
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
  pow: 'Pow',
  max: 'Max',
  min: 'Min',
  equal: 'Equal',
  less: 'Less',
  lessEqual: 'LessOrEqual',
  and: 'And',
  or: 'Or',
}

/** `x · sigmoid(x)`. The runtime fuses the pair where the sigmoid has no other user (the gradient is one). */
const silu = (context: Context, _node: unknown, x: string): string =>
  context.emit('Mul', [x, context.emit('Sigmoid', [x])])

type Direct = (context: Context, node: unknown, ...inputs: string[]) => string
const direct =
  (opType: string): Direct =>
  (context, _node, ...inputs) =>
    context.emit(opType, inputs)

const ops = [...unaryOps, ...arithmeticOps, ...comparisonOps] as const

/** Rules of all unary, arithmetic and comparison operators. */
export const elementwiseRules = Object.fromEntries(
  ops.map((op) => [op, op === 'silu' ? silu : direct(names[op])]),
) as Record<(typeof ops)[number], Direct>
