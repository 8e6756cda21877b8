/**
 * The Fréchet distance between two sets of features, as if both were normal: FID is this distance on Inception's
 * features.
 *
 *   d² = |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁^{1/2} Σ₂ Σ₁^{1/2})^{1/2})
 *
 * Heusel et al., GANs trained by a two time-scale update rule converge to a local Nash equilibrium (2017).
 */
import { type Key, fold, key, permutation } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { type FeatureSet, checkComparable } from './features.ts'
import { multiply, symmetricEigen, symmetricSqrt } from './symmetric-eigen.ts'

/** The first two moments of a distribution: `mean` `[D]` and `covariance` `[D, D]`. */
export interface Moments {
  readonly mean: Float64Array
  readonly covariance: Float64Array
}

/** A Fréchet distance with its error. All are squared distances, as FID is. */
export interface FrechetEstimate {
  /** The plain distance between the two sets, which others report. Too large by about c / N. */
  readonly distance: number
  /** The distance without the c / N: an estimate of the distance between the distributions. It may be negative. */
  readonly corrected: number
  /** The standard error of `corrected`. */
  readonly standardError: number
}

/** The mean and the unbiased covariance of a set of at least two vectors. */
export function momentsOf(set: FeatureSet): Moments {
  checkComparable('moments', set, set, 2)
  const origin = set.data.subarray(0, set.dimension)
  return finish(
    sumUp(
      set,
      Array.from({ length: set.count }, (_, i) => i),
      origin,
    ),
    origin,
  )
}

/** The squared Fréchet distance between two normal distributions. Any of the covariances may be singular. */
export function frechetBetween(a: Moments, b: Moments): number {
  const n = a.mean.length
  const root = symmetricSqrt(a.covariance, n)
  const product = multiply(multiply(root, b.covariance, n), root, n)
  const { values } = symmetricEigen(product, n)
  // Below this an eigenvalue is the rounding error of a zero, and its root would be 10⁸ times as large.
  const noise = n * Number.EPSILON * Math.max(0, values[n - 1]!)
  let sum = 0
  for (let i = 0; i < n; i++) {
    sum += (a.mean[i]! - b.mean[i]!) ** 2 + a.covariance[i * n + i]! + b.covariance[i * n + i]!
    if (values[i]! > noise) sum -= 2 * Math.sqrt(values[i]!)
  }
  return Math.max(0, sum)
}

/**
 * The squared Fréchet distance between two sets. It is too large by about c / N, so compare only numbers of equally
 * many samples, or use {@link frechetEstimate}.
 *
 * @example
 * frechetDistance(featureSet(real, 64), featureSet(generated, 64))
 */
export function frechetDistance(a: FeatureSet, b: FeatureSet): number {
  checkComparable('Fréchet distance', a, b, 2)
  return frechetBetween(momentsOf(a), momentsOf(b))
}

/**
 * The Fréchet distance with its bias removed and an error bar, by the jackknife: with d₍₋g₎ the distance without the
 * g-th of G groups (of both sets), G d − (G − 1) · mean d₍₋g₎ has no 1 / N term any more. Trust it where a set has several
 * times more vectors than dimensions.
 *
 * A set that was drawn with fixed numbers of each class is closer to its distribution than a random one, and so must be its
 * parts: `strata` names the class of each vector of the second set, and groups then hold equal shares of all classes.
 *
 * Quenouille, Notes on bias in estimation (1956); Chong & Forsyth, Effectively unbiased FID (2020).
 *
 * @param options `groups`: G, default 10; `key`: which vectors form a group; `strata`: classes of the vectors of `b`
 */
export function frechetEstimate(
  a: FeatureSet,
  b: FeatureSet,
  options: { groups?: number; key?: Key; strata?: ArrayLike<number> | undefined } = {},
): FrechetEstimate {
  const { groups = 10, key: stream = key('frechet'), strata } = options
  if (!(groups >= 2)) throw new TweedieError('usage', `${groups} groups: a jackknife needs at least 2`)
  checkComparable('Fréchet distance', a, b, 2 * groups)
  const without = [
    leaveOut(a, groupsOf(a.count, groups, fold(stream, 0)), groups),
    leaveOut(b, groupsOf(b.count, groups, fold(stream, 1), strata), groups),
  ]
  const distances = Array.from({ length: groups }, (_, g) => frechetBetween(without[0]![g]!, without[1]![g]!))
  const distance = frechetDistance(a, b)
  const mean = distances.reduce((sum, each) => sum + each, 0) / groups
  const squares = distances.reduce((sum, each) => sum + (each - mean) ** 2, 0)
  return {
    distance,
    corrected: groups * distance - (groups - 1) * mean,
    standardError: Math.sqrt(((groups - 1) / groups) * squares),
  }
}

/** Sums over vectors, from which moments follow: counted, and about an origin so that nothing cancels. */
interface Sums {
  count: number
  readonly first: Float64Array
  readonly second: Float64Array
}

/** The group of each vector, at random; with strata, equal shares of each go to every group. */
function groupsOf(count: number, groups: number, stream: Key, strata?: ArrayLike<number>): Int32Array {
  const order = Array.from(permutation(stream, count))
  if (strata) order.sort((i, j) => strata[i]! - strata[j]!)
  const group = new Int32Array(count)
  order.forEach((index, i) => (group[index] = i % groups))
  return group
}

/** The moments of a set without each of its groups. */
function leaveOut(set: FeatureSet, group: Int32Array, groups: number): Moments[] {
  const origin = set.data.subarray(0, set.dimension)
  const members = Array.from({ length: groups }, (): number[] => [])
  group.forEach((g, index) => members[g]!.push(index))
  const n = set.dimension
  const parts = members.map((indices) => sumUp(set, indices, origin))
  return parts.map((left) => {
    const rest: Sums = { count: 0, first: new Float64Array(n), second: new Float64Array(n * n) }
    for (const part of parts) {
      if (part === left) continue
      rest.count += part.count
      for (let i = 0; i < n; i++) rest.first[i]! += part.first[i]!
      for (let i = 0; i < n * n; i++) rest.second[i]! += part.second[i]!
    }
    return finish(rest, origin)
  })
}

function sumUp(set: FeatureSet, indices: readonly number[], origin: ArrayLike<number>): Sums {
  const n = set.dimension
  const first = new Float64Array(n)
  const second = new Float64Array(n * n)
  const x = new Float64Array(n)
  for (const index of indices) {
    for (let i = 0; i < n; i++) x[i] = set.data[index * n + i]! - origin[i]!
    for (let i = 0; i < n; i++) {
      const xi = x[i]!
      first[i]! += xi
      for (let j = 0; j <= i; j++) second[i * n + j]! += xi * x[j]!
    }
  }
  return { count: indices.length, first, second }
}

function finish({ count, first, second }: Sums, origin: ArrayLike<number>): Moments {
  const n = first.length
  const covariance = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const value = (second[i * n + j]! - (first[i]! * first[j]!) / count) / (count - 1)
      covariance[i * n + j] = value
      covariance[j * n + i] = value
    }
  }
  return { mean: first.map((sum, i) => sum / count + origin[i]!), covariance }
}
