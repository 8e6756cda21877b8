/** Sets of feature vectors, which all metrics of distributions compare: pixels, points, or a network's activations. */
import { TweedieError } from '../../errors.ts'

/** `count` vectors of `dimension` numbers each, one after another. */
export interface FeatureSet {
  readonly data: Float32Array | Float64Array
  readonly count: number
  readonly dimension: number
}

/** An estimate and its standard error, in the same unit. */
export interface Estimate {
  readonly value: number
  readonly standardError: number
}

/**
 * Numbers as feature vectors.
 *
 * @param data `[N, dimension]`
 * @throws TweedieError `shape` when the count is not a multiple of the dimension, `diverged` when one is not finite
 */
export function featureSet(data: Float32Array | Float64Array, dimension: number): FeatureSet {
  const count = data.length / dimension
  if (!Number.isInteger(count)) {
    throw new TweedieError('shape', `${data.length} numbers are not vectors of ${dimension}`)
  }
  const strange = data.findIndex((value) => !Number.isFinite(value))
  if (strange >= 0) {
    throw new TweedieError('diverged', `vector ${Math.floor(strange / dimension)} of ${count} has a ${data[strange]}`, {
      hint: 'a metric of samples that are not finite would mean nothing',
    })
  }
  return { data, count, dimension }
}

/** Throws unless both sets have one dimension and at least so many vectors. */
export function checkComparable(metric: string, a: FeatureSet, b: FeatureSet, least: number): void {
  if (a.dimension !== b.dimension) {
    throw new TweedieError('shape', `${metric}: vectors of ${a.dimension} and of ${b.dimension} cannot be compared`)
  }
  if (Math.min(a.count, b.count) < least) {
    throw new TweedieError('shape', `${metric}: ${a.count} and ${b.count} vectors are too few, at least ${least} each`)
  }
}

/** Σᵢ (aᵢ − bᵢ)² between vector i of one set and vector j of another. */
export function squaredDistance(a: FeatureSet, i: number, b: FeatureSet, j: number): number {
  const [at, bt] = [i * a.dimension, j * b.dimension]
  let sum = 0
  for (let k = 0; k < a.dimension; k++) {
    const difference = a.data[at + k]! - b.data[bt + k]!
    sum += difference * difference
  }
  return sum
}

/** Σᵢ aᵢ bᵢ of vector i of one set and vector j of another. */
export function innerProduct(a: FeatureSet, i: number, b: FeatureSet, j: number): number {
  const [at, bt] = [i * a.dimension, j * b.dimension]
  let sum = 0
  for (let k = 0; k < a.dimension; k++) sum += a.data[at + k]! * b.data[bt + k]!
  return sum
}

/** The mean of numbers and the standard error of that mean, as of independent repetitions. */
export function meanOf(values: readonly number[]): Estimate {
  const value = values.reduce((sum, each) => sum + each, 0) / values.length
  const squares = values.reduce((sum, each) => sum + (each - value) ** 2, 0)
  return { value, standardError: Math.sqrt(squares / (values.length - 1) / values.length) }
}
