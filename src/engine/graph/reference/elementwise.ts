/** Reference rules of the operators that work element by element. */
import { dtypeOf } from '../dtype.ts'
import type { DType } from '../dtype.ts'
import type { ArithmeticOp, ComparisonOp, UnaryOp } from '../ops.ts'
import { broadcastShapes, sameShape } from '../shape.ts'
import { erf } from './erf.ts'
import { readBroadcast, storage, tabulate } from './value.ts'
import type { ReferenceRules, Value } from './value.ts'

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** To the nearest whole number, halves to the even one. */
function round(x: number): number {
  const below = Math.floor(x)
  if (x - below !== 0.5) return Math.round(x)
  return below % 2 === 0 ? below : below + 1
}

const unary: Readonly<Record<UnaryOp, (x: number) => number>> = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  abs: Math.abs,
  sign: Math.sign,
  floor: Math.floor,
  round,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  erf,
  sigmoid,
  relu: (x) => Math.max(x, 0),
  silu: (x) => x * sigmoid(x),
  not: (x) => 1 - x,
  stopGradient: (x) => x,
}

const arithmetic: Readonly<Record<ArithmeticOp, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => a ** b,
  max: Math.max,
  min: Math.min,
}

const comparison: Readonly<Record<ComparisonOp, (a: number, b: number) => boolean>> = {
  equal: (a, b) => a === b,
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  and: (a, b) => a === 1 && b === 1,
  or: (a, b) => a === 1 || b === 1,
}

/** A rule for every function of a table. */
const each = <Op extends string, F, Rule>(functions: Readonly<Record<Op, F>>, rule: (f: F, op: Op) => Rule) =>
  Object.fromEntries(Object.entries(functions).map(([op, f]) => [op, rule(f as F, op as Op)])) as Record<Op, Rule>

/** The rule of a function of one element of each input. */
function broadcast(dtype: DType, f: (a: number, b: number, c: number) => number, ...inputs: Value[]): Value {
  const shape = broadcastShapes('reference', ...inputs.map((each) => each.shape))
  const [a, b = a, c = a] = inputs as [Value, Value?, Value?]
  // Inputs of one shape are read in order, as most are.
  if (inputs.every((each) => sameShape(each.shape, shape))) {
    const data = storage(dtype, a.data.length)
    for (let i = 0; i < data.length; i++) data[i] = f(a.data[i]!, b.data[i]!, c.data[i]!)
    return { shape, data }
  }
  return tabulate(shape, dtype, (at) => f(readBroadcast(a, at), readBroadcast(b, at), readBroadcast(c, at)))
}

export const elementwiseRules: ReferenceRules<UnaryOp | ArithmeticOp | ComparisonOp | 'where' | 'cast'> = {
  ...each(unary, (f) => (_: object, x: Value) => broadcast(dtypeOf(x.data), f, x)),
  ...each(arithmetic, (f, op) => (_: object, a: Value, b: Value) => {
    // A product of two integers may need more than the 53 bits of a double; it wraps around instead.
    const whole = op === 'mul' && a.data instanceof Int32Array
    return broadcast(dtypeOf(a.data), whole ? Math.imul : f, a, b)
  }),
  ...each(comparison, (f) => (_: object, a: Value, b: Value) => broadcast('bool', (x, y) => Number(f(x, y)), a, b)),

  where: (_, condition, a, b) => broadcast(dtypeOf(a.data), (holds, x, y) => (holds ? x : y), condition, a, b),

  // To an integer by dropping the fraction (storing does that), to a truth value by comparing with zero.
  cast: ({ dtype }, x) => broadcast(dtype, dtype === 'bool' ? (value) => Number(value !== 0) : (value) => value, x),
}
