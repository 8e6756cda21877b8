/** Reductions: sums, means, maxima, softmax, normalisation. */
import { mul, sub, exp, log, add, stopGradient, square } from './elementwise.ts'
import { broadcastTo, reshape } from './movement.ts'
import { normalizeAxes, normalizeAxis, sameShape, sizeOf } from './shape.ts'
import type { Shape } from './shape.ts'
import { node } from './tensor.ts'
import type { Tensor } from './tensor.ts'

/** Options of a reduction. */
export interface ReduceOptions {
  /** Keep the reduced axes, as dimensions of 1. */
  readonly keepDims?: boolean
}

type Axes = number | readonly number[] | undefined

function reduce(op: 'sum' | 'reduceMax', x: Tensor, axes: Axes, { keepDims = false }: ReduceOptions): Tensor {
  const over = normalizeAxes(op, axes, x.shape.length)
  const reduced = over.length === 0 ? x : node(op, [x], { axes: over })
  return keepDims
    ? reshape(
        reduced,
        x.shape.map((dim, axis) => (over.includes(axis) ? 1 : dim)),
      )
    : reduced
}

/** Sum over `axes` (all by default). */
export const sum = (x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor => reduce('sum', x, axes, options)

/** Largest element over `axes` (all by default). */
export const reduceMax = (x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor =>
  reduce('reduceMax', x, axes, options)

/** Mean over `axes` (all by default). */
export function mean(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  const count = sizeOf(normalizeAxes('mean', axes, x.shape.length).map((axis) => x.shape[axis]!))
  return mul(sum(x, axes, options), 1 / count)
}

/** Population variance over `axes` (all by default). */
export function variance(x: Tensor, axes?: Axes, options: ReduceOptions = {}): Tensor {
  return mean(square(sub(x, mean(x, axes, { keepDims: true }))), axes, options)
}

/** Undoes broadcasting: sums over what was stretched, so that the result has `shape`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x
  const extra = x.shape.length - shape.length
  const stretched = x.shape.flatMap((dim, axis) =>
    axis < extra || (shape[axis - extra] === 1 && dim !== 1) ? [axis] : [],
  )
  return reshape(sum(x, stretched), shape)
}

/** `log Σ exp(x)` over an axis, without overflow. */
export function logSumExp(x: Tensor, axis: number, { keepDims = false }: ReduceOptions = {}): Tensor {
  const peak = stopGradient(reduceMax(x, axis, { keepDims: true }))
  const total = add(log(sum(exp(sub(x, peak)), axis, { keepDims: true })), peak)
  const at = normalizeAxis('logSumExp', axis, x.shape.length)
  return keepDims
    ? total
    : reshape(
        total,
        x.shape.filter((_, i) => i !== at),
      )
}

/** `exp(x) / Σ exp(x)` along an axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return node('softmax', [x], { axis: normalizeAxis('softmax', axis, x.shape.length) })
}

/** `x − log Σ exp(x)` along an axis. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return node('logSoftmax', [x], { axis: normalizeAxis('logSoftmax', axis, x.shape.length) })
}

/** Zero mean and unit variance over the last axis: `(x − mean) / √(variance + ε)`. */
export function normalize(x: Tensor, epsilon: number): Tensor {
  return node('normalize', [x], { epsilon })
}

/** `1 / √(variance + ε)` over the last axis, kept as a dimension of 1. */
export function inverseStd(x: Tensor, epsilon: number): Tensor {
  return node('inverseStd', [x], { epsilon })
}

/** Sum over windows of the trailing axes. */
export function sumPool(x: Tensor, factors: readonly number[]): Tensor {
  return factors.every((factor) => factor === 1) ? x : node('sumPool', [x], { factors })
}

/** Mean over windows of the trailing axes. */
export function averagePool(x: Tensor, factors: readonly number[]): Tensor {
  return mul(sumPool(x, factors), 1 / sizeOf(factors))
}

/** A reduced tensor stretched back along `axis` to `shape`. */
export function stretch(x: Tensor, axis: number, shape: Shape): Tensor {
  return broadcastTo(
    reshape(
      x,
      shape.map((dim, i) => (i === axis ? 1 : dim)),
    ),
    shape,
  )
}
