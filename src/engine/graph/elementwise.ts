/** Functions of tensors, element by element. Operands broadcast; a number stands for a constant. */
import type { DType } from './dtype.ts'
import type { ArithmeticOp, ComparisonOp, UnaryOp } from './ops.ts'
import { node, toTensor } from './tensor.ts'
import type { Operand, Tensor } from './tensor.ts'

const unary =
  (op: UnaryOp) =>
  (x: Tensor): Tensor =>
    node(op, [x], {})

function pair(a: Operand, b: Operand): [Tensor, Tensor] {
  const dtype = typeof a !== 'number' ? a.dtype : typeof b !== 'number' ? b.dtype : 'float32'
  return [toTensor(a, dtype), toTensor(b, dtype)]
}

const binary =
  (op: ArithmeticOp | ComparisonOp) =>
  (a: Operand, b: Operand): Tensor =>
    node(op, pair(a, b), {})

export const neg: (x: Tensor) => Tensor = unary('neg')
export const exp: (x: Tensor) => Tensor = unary('exp')
/** Natural logarithm. */
export const log: (x: Tensor) => Tensor = unary('log')
export const sqrt: (x: Tensor) => Tensor = unary('sqrt')
export const reciprocal: (x: Tensor) => Tensor = unary('reciprocal')
export const abs: (x: Tensor) => Tensor = unary('abs')
/** −1, 0 or 1. */
export const sign: (x: Tensor) => Tensor = unary('sign')
export const floor: (x: Tensor) => Tensor = unary('floor')
/** To the nearest whole number; halves go to the even one. */
export const round: (x: Tensor) => Tensor = unary('round')
export const sin: (x: Tensor) => Tensor = unary('sin')
export const cos: (x: Tensor) => Tensor = unary('cos')
export const tanh: (x: Tensor) => Tensor = unary('tanh')
/** The error function, `2/√π ∫₀ˣ exp(−u²) du`. */
export const erf: (x: Tensor) => Tensor = unary('erf')
/** `1 / (1 + exp(−x))`. */
export const sigmoid: (x: Tensor) => Tensor = unary('sigmoid')
export const relu: (x: Tensor) => Tensor = unary('relu')
/** `x · sigmoid(x)`, also called swish. */
export const silu: (x: Tensor) => Tensor = unary('silu')
/** The logical complement. */
export const not: (x: Tensor) => Tensor = unary('not')
/** The same value; gradients do not pass. */
export const stopGradient: (x: Tensor) => Tensor = unary('stopGradient')

export const add: (a: Operand, b: Operand) => Tensor = binary('add')
export const sub: (a: Operand, b: Operand) => Tensor = binary('sub')
export const mul: (a: Operand, b: Operand) => Tensor = binary('mul')
export const div: (a: Operand, b: Operand) => Tensor = binary('div')
/** `aᵇ`. The gradient in `b` takes log a, so it needs a > 0. */
export const pow: (a: Operand, b: Operand) => Tensor = binary('pow')
export const max: (a: Operand, b: Operand) => Tensor = binary('max')
export const min: (a: Operand, b: Operand) => Tensor = binary('min')

export const equal: (a: Operand, b: Operand) => Tensor = binary('equal')
export const less: (a: Operand, b: Operand) => Tensor = binary('less')
export const lessEqual: (a: Operand, b: Operand) => Tensor = binary('lessEqual')
export const greater = (a: Operand, b: Operand): Tensor => less(b, a)
export const greaterEqual = (a: Operand, b: Operand): Tensor => lessEqual(b, a)
export const and: (a: Operand, b: Operand) => Tensor = binary('and')
export const or: (a: Operand, b: Operand) => Tensor = binary('or')

/** `a` where the condition holds, else `b`. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return node('where', [condition, ...pair(a, b)], {})
}

/** The same numbers as another element type. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : node('cast', [x], { dtype })
}

/** `x²`. */
export const square = (x: Tensor): Tensor => mul(x, x)

/** `x` kept within [low, high]; outside, gradients do not pass. */
export const clamp = (x: Tensor, low: number, high: number): Tensor => min(max(x, low), high)

/** `log(1 + exp(x))`, without overflow. */
export const softplus = (x: Tensor): Tensor => add(relu(x), log(add(exp(neg(abs(x))), 1)))

/** `x Φ(x)`, with Φ the standard normal distribution function. */
export const gelu = (x: Tensor): Tensor => mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1))
