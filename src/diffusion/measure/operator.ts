/**
 * Measurement operators: what an instrument does to clean data, y = A(x₀), before noise is added.
 *
 * An operator is three maps on batches: A itself, its derivative applied to a direction (∂A/∂x) u, and the transpose of the
 * derivative (∂A/∂x)ᵀ v, which is all that posterior sampling asks for. A linear operator has the same derivative
 * everywhere, so A and Aᵀ are enough. Results are in double precision for any input.
 */
import { type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { key, normal } from '../../engine/random/index.ts'
import type { Svd } from './svd.ts'

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>

/** A differentiable measurement of items of one shape. */
export interface Operator {
  /** Its name, for people. */
  readonly name: string
  /** The shape of an item that is measured. */
  readonly from: readonly number[]
  /** The shape of its measurement. */
  readonly to: readonly number[]
  /** A(x): `[batch, ...from]` → `[batch, ...to]`. */
  forward(x: FloatArray): Awaitable<Float64Array>
  /** (∂A/∂x) u at x: `[batch, ...from]` → `[batch, ...to]`. */
  pushforward(x: FloatArray, u: FloatArray): Awaitable<Float64Array>
  /** (∂A/∂x)ᵀ v at x: `[batch, ...to]` → `[batch, ...from]`. */
  pullback(x: FloatArray, v: FloatArray): Awaitable<Float64Array>
}

/** A measurement that is a matrix. */
export interface LinearOperator extends Operator {
  forward(x: FloatArray): Float64Array
  /** Aᵀ v: `[batch, ...to]` → `[batch, ...from]`. */
  adjoint(v: FloatArray): Float64Array
  /** Its singular value decomposition, where that is known or cheap. Worked out once. */
  readonly svd?: () => Svd
}

/** A map of one item, flat: new numbers, or the same array every time. */
export type ItemMap = (x: Float64Array) => ArrayLike<number>

/** A linear measurement, in terms of one flat item. */
export interface LinearDefinition extends Pick<Operator, 'from' | 'to'>, Partial<Pick<Operator, 'name'>> {
  /** A x. */
  readonly forward: ItemMap
  /** Aᵀ v; {@link adjointError} checks it. */
  readonly adjoint: ItemMap
  readonly svd?: () => Svd
}

/** A nonlinear measurement, in terms of one flat item. */
export interface NonlinearDefinition extends Pick<Operator, 'name' | 'from' | 'to'> {
  readonly forward: ItemMap
  /** (∂A/∂x) u at x. */
  pushforward(x: Float64Array, u: Float64Array): ArrayLike<number>
  /** (∂A/∂x)ᵀ v at x. */
  pullback(x: Float64Array, v: Float64Array): ArrayLike<number>
}

/** Whether an operator is a matrix. */
export function isLinear(operator: Operator): operator is LinearOperator {
  return 'adjoint' in operator
}

/**
 * A linear operator of one's own.
 *
 * @example
 * // every fourth sample of a signal of 64
 * const sensor = linearOperator({
 *   from: [64],
 *   to: [16],
 *   forward: (x) => x.filter((_, i) => i % 4 === 0),
 *   adjoint: (y) => Float64Array.from({ length: 64 }, (_, i) => (i % 4 === 0 ? y[i / 4]! : 0)),
 * })
 */
export function linearOperator({ name = 'linear', from, to, svd, ...maps }: LinearDefinition): LinearOperator {
  const [n, m] = [sizeOf(from), sizeOf(to)]
  const forward = (x: FloatArray): Float64Array => itemwise(name, m, maps.forward, [n, x])
  const adjoint = (v: FloatArray): Float64Array => itemwise(`the adjoint of ${name}`, n, maps.adjoint, [m, v])
  let known: Svd | undefined
  return Object.freeze({
    name,
    from,
    to,
    forward,
    adjoint,
    pushforward: (_: FloatArray, u: FloatArray) => forward(u),
    pullback: (_: FloatArray, v: FloatArray) => adjoint(v),
    ...(svd && { svd: () => (known ??= svd()) }),
  })
}

/** A nonlinear operator of one's own, with its derivatives by hand; `graphOperator` derives them. */
export function nonlinearOperator({ name, from, to, ...maps }: NonlinearDefinition): Operator {
  const [n, m] = [sizeOf(from), sizeOf(to)]
  return Object.freeze({
    name,
    from,
    to,
    forward: (x: FloatArray) => itemwise(name, m, maps.forward, [n, x]),
    pushforward: (x: FloatArray, u: FloatArray) => itemwise(name, m, maps.pushforward, [n, x], [n, u]),
    pullback: (x: FloatArray, v: FloatArray) => itemwise(name, n, maps.pullback, [n, x], [m, v]),
  })
}

/**
 * How far A and Aᵀ are from being transposes: |⟨A x, y⟩ − ⟨x, Aᵀ y⟩| / (‖A x‖ ‖y‖) for random x and y. Rounding leaves
 * about 1e-15; a wrong adjoint gives a number near 1.
 */
export function adjointError(operator: LinearOperator, seed = 0): number {
  const x = normal(key(`adjoint x ${seed}`), new Float64Array(sizeOf(operator.from)))
  const y = normal(key(`adjoint y ${seed}`), new Float64Array(sizeOf(operator.to)))
  const ax = operator.forward(x)
  return Math.abs(inner(ax, y) - inner(x, operator.adjoint(y))) / Math.sqrt(inner(ax, ax) * inner(y, y) || 1)
}

/** Applies a map to each item of batches, `[size, array]` each. */
function itemwise<T extends Float64Array[]>(
  name: string,
  length: number,
  map: (...items: T) => ArrayLike<number>,
  ...batches: { readonly [K in keyof T]: readonly [size: number, array: FloatArray] }
): Float64Array {
  const [[size, first]] = batches as unknown as readonly [readonly [number, FloatArray]]
  const count = first.length / size
  for (const [each, array] of batches) {
    if (array.length === count * each && Number.isInteger(count)) continue
    throw new TweedieError('shape', `${name}: ${array.length} numbers are no whole batch of items of ${each}`)
  }
  const out = new Float64Array(count * length)
  for (let item = 0; item < count; item++) {
    const slices = batches.map(([each, array]) => Float64Array.from(array.subarray(item * each, (item + 1) * each)))
    const result = map(...(slices as T))
    if (result.length !== length) {
      throw new TweedieError('shape', `${name}: gave ${result.length} numbers for an item, expected ${length}`)
    }
    out.set(result, item * length)
  }
  return out
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0)
}
