/** Rewrite rules of the operators that work element by element. */
import { isFloat } from '../dtype.ts'
import type { DType } from '../dtype.ts'
import { add, cast, mul, neg, reciprocal, sqrt, sub } from '../elementwise.ts'
import { broadcastTo } from '../movement.ts'
import { arithmeticOps, comparisonOps, unaryOps } from '../ops.ts'
import type { OpName } from '../ops.ts'
import { broadcastShapes, sameShape } from '../shape.ts'
import { constantValue, node } from '../tensor.ts'
import type { Tensor, TensorOf } from '../tensor.ts'
import { all, either, is, to } from './rewrite.ts'
import type { Rewrite, RewriteRules } from './rewrite.ts'

/** `f(stretched x, …)` is `f(x, …)` if the others still give the shape, else `f(x, …)` stretched: less work either way. */
export const stretchLast: Rewrite<OpName> = (y, ...inputs) => {
  const narrow = inputs.map(unstretched)
  if (narrow.every((each, i) => each === inputs[i])) return undefined
  const shape = broadcastShapes(y.op, ...narrow.map((each) => each.shape))
  const value = node(y.op, narrow, y.attributes)
  return sameShape(shape, y.shape) ? value : broadcastTo(value, y.shape)
}

/** What a broadcast, or a reshape that only puts ones in front, was made from. */
function unstretched(x: Tensor): Tensor {
  if (x.op === 'broadcastTo') return x.inputs[0]
  if (x.op === 'reshape' && addsLeadingOnes(x)) return x.inputs[0]
  return x
}

/** Whether a reshape only puts dimensions of 1 in front. */
export function addsLeadingOnes({ shape, inputs: [x] }: TensorOf<'reshape'>): boolean {
  const extra = shape.length - x.shape.length
  return extra > 0 && shape.slice(0, extra).every((dim) => dim === 1) && sameShape(shape.slice(extra), x.shape)
}

/** A product of two factors that neither overflows nor vanishes in single precision. */
function tameProduct(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return undefined
  const size = Math.abs(a * b)
  return size > 1e-30 && size < 1e30 ? a * b : undefined
}

/** Whether every value of the one type is held exactly by the other. */
const widens = (from: DType, to: DType): boolean => from === 'bool' || (to === 'float64' && from !== 'float64')

const laws: RewriteRules = {
  stopGradient: [(_, x) => x],
  neg: [(_, x) => x.op === 'neg' && x.inputs[0], (_, x) => x.op === 'sub' && sub(x.inputs[1], x.inputs[0])],
  not: [(_, x) => x.op === 'not' && x.inputs[0]],
  relu: [(_, x) => x.op === 'relu' && x],
  cast: [
    (y, x) => x.dtype === y.dtype && x,
    (y, x) => x.op === 'cast' && widens(x.inputs[0].dtype, x.dtype) && cast(x.inputs[0], y.dtype),
  ],

  add: [either((y, a, b) => is(b, 0) && to(y, a)), either((_, a, b) => b.op === 'neg' && sub(a, b.inputs[0]))],
  sub: [
    (y, a, b) => is(b, 0) && to(y, a),
    (y, a, b) => is(a, 0) && to(y, neg(b)),
    (_, a, b) => b.op === 'neg' && add(a, b.inputs[0]),
  ],
  mul: [
    either((y, _, b) => is(b, 0) && all(y, 0)),
    either((y, a, b) => is(b, 1) && to(y, a)),
    either((y, a, b) => is(b, -1) && to(y, neg(a))),
    // c (d x) = (c d) x
    either((y, a, b) => {
      if (b.op !== 'mul' || !isFloat(y.dtype)) return undefined
      const [x, d] = constantValue(b.inputs[1]) === undefined ? [b.inputs[1], b.inputs[0]] : b.inputs
      const product = tameProduct(constantValue(a), constantValue(d))
      return product !== undefined && to(y, mul(x, product))
    }),
  ],
  div: [(y, a, b) => is(b, 1) && to(y, a)],
  pow: [
    (y, _, b) => is(b, 0) && all(y, 1),
    (y, a, b) => is(b, 1) && to(y, a),
    (y, a, b) => is(b, 2) && to(y, mul(a, a)),
    (y, a, b) => is(b, 3) && to(y, mul(mul(a, a), a)),
    (y, a, b) => is(b, 0.5) && isFloat(y.dtype) && to(y, sqrt(a)),
    (y, a, b) => is(b, -1) && isFloat(y.dtype) && to(y, reciprocal(a)),
  ],
  where: [
    (y, condition, a, b) => {
      const holds = constantValue(condition)
      return holds !== undefined && to(y, holds ? a : b)
    },
    (y, _, a, b) => a === b && to(y, a),
  ],
}

const elementwiseOps = [...unaryOps, ...arithmeticOps, ...comparisonOps, 'where', 'cast'] as const

export const elementwiseRewrites: RewriteRules = Object.fromEntries(
  elementwiseOps.map((op) => [op, [...(laws[op] ?? []), stretchLast]]),
)
