/**
 * Optimal transport: exact on the line, and sliced elsewhere. The sliced distance projects both sets onto directions θ of
 * the unit sphere, where transport only needs sorting:
 *
 *   SW_p = (E_θ W_p(θᵀX, θᵀY)^p)^{1/p}
 *
 * Rabin et al., Wasserstein barycenter and its application to texture mixing (2011).
 */
import { type Key, key, normal } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { type FeatureSet, checkComparable } from './features.ts'

/**
 * The exact Wasserstein distance of two sets of numbers, (∫₀¹ |F⁻¹(u) − G⁻¹(u)|^p du)^{1/p}. They need not be equally
 * many.
 *
 * @param p the order, at least 1; default 2
 */
export function wasserstein1d(a: ArrayLike<number>, b: ArrayLike<number>, p = 2): number {
  if (!(p >= 1)) throw new TweedieError('usage', `order ${p}: expected a number ≥ 1`)
  if (a.length === 0 || b.length === 0) throw new TweedieError('shape', 'Wasserstein distance: an empty set')
  return transportCost(Float64Array.from(a).sort(), Float64Array.from(b).sort(), p) ** (1 / p)
}

/**
 * The sliced Wasserstein distance.
 *
 * @param options `order`: p, default 2; `directions`: how many random ones, default 128, or the unit vectors themselves,
 * `[K, D]`; `key`: which random ones. The same directions for all models make their numbers comparable.
 */
export function slicedWasserstein(
  a: FeatureSet,
  b: FeatureSet,
  options: { order?: number; directions?: number | Float64Array; key?: Key } = {},
): number {
  const { order = 2, directions = 128, key: stream = key('directions') } = options
  if (!(order >= 1)) throw new TweedieError('usage', `order ${order}: expected a number ≥ 1`)
  checkComparable('sliced Wasserstein distance', a, b, 1)
  const vectors = typeof directions === 'number' ? unitVectors(stream, directions, a.dimension) : directions
  const count = vectors.length / a.dimension
  let sum = 0
  for (let k = 0; k < count; k++) {
    const direction = vectors.subarray(k * a.dimension, (k + 1) * a.dimension)
    sum += transportCost(project(a, direction).sort(), project(b, direction).sort(), order)
  }
  return (sum / count) ** (1 / order)
}

/** Random unit vectors, `[count, dimension]`, uniform on the sphere. */
export function unitVectors(stream: Key, count: number, dimension: number): Float64Array {
  const vectors = normal(stream, new Float64Array(count * dimension))
  for (let k = 0; k < count; k++) {
    const vector = vectors.subarray(k * dimension, (k + 1) * dimension)
    const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
    for (let i = 0; i < dimension; i++) vector[i]! /= norm
  }
  return vectors
}

/** ∫₀¹ |F⁻¹ − G⁻¹|^p of sorted numbers: both quantile functions are steps, and between two edges both are constant. */
function transportCost(a: Float64Array, b: Float64Array, p: number): number {
  let cost = 0
  let u = 0
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [nextA, nextB] = [(i + 1) / a.length, (j + 1) / b.length]
    const next = Math.min(nextA, nextB)
    cost += (next - u) * Math.abs(a[i]! - b[j]!) ** p
    u = next
    if (nextA <= next) i++
    if (nextB <= next) j++
  }
  return cost
}

function project({ data, count, dimension }: FeatureSet, direction: Float64Array): Float64Array {
  const projected = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    let sum = 0
    for (let k = 0; k < dimension; k++) sum += data[i * dimension + k]! * direction[k]!
    projected[i] = sum
  }
  return projected
}
