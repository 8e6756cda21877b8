/** Lowering of the operators that work element by element: each has one ONNX operator, silu has two. */
import { arithmeticOps, comparisonOps, unaryOps } from '../../graph/ops.ts'
import type { ArithmeticOp, ComparisonOp, UnaryOp } from '../../graph/ops.ts'
import type { DType } from '../../graph/dtype.ts'
import { overBlocks } from './blocks.ts'
import type { Context } from './context.ts'
import type { Typed } from './rule.ts'

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

/** An operator on these names. */
type Emit = (context: Context, inputs: readonly string[]) => string

/** `x · sigmoid(x)`. The runtime fuses the pair where the sigmoid has no other user (the gradient is one). */
const silu: Emit = (context, [x]) => context.emit('Mul', [x!, context.emit('Sigmoid', [x!])])

const direct =
  (opType: string): Emit =>
  (context, inputs) =>
    context.emit(opType, inputs)

type Rule = (context: Context, node: Typed & { readonly inputs: readonly Typed[] }, ...inputs: string[]) => string

/** In blocks where the operands are. */
const inEitherLayout =
  (emit: Emit): Rule =>
  (context, node, ...names) =>
    overBlocks(context, node, names, (given) => emit(context, given)) ?? emit(context, names)

const ops = [...unaryOps, ...arithmeticOps, ...comparisonOps] as const

/** Rules of all unary, arithmetic and comparison operators. */
export const elementwiseRules = Object.fromEntries(
  ops.map((op) => [op, inEitherLayout(op === 'silu' ? silu : direct(names[op]))]),
) as Record<(typeof ops)[number], Rule>
