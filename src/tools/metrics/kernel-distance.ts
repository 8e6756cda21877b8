/**
 * The kernel distance between two sets of features: an unbiased estimate of the squared maximum mean discrepancy under
 * k(x, y) = (xᵀy / D + 1)³, KID is this distance on Inception's features. Unlike the Fréchet distance it does not
 * depend on the
 * number of samples, and it is 0 on average, so sometimes negative, for equal distributions.
 *
 * Bińkowski et al., Demystifying MMD GANs (2018).
 */
import { TweedieError } from '../../errors.ts'
import { type Key, fold, key, permutation } from '../../engine/random/index.ts'
import { type Estimate, type FeatureSet, checkComparable, innerProduct, meanOf } from './features.ts'

/**
 * The squared discrepancy of two whole sets:
 * Σ_{i≠j} k(xᵢ, xⱼ) / m(m−1) + Σ_{i≠j} k(yᵢ, yⱼ) / n(n−1) − 2 Σ k(xᵢ, yⱼ) / mn.
 */
export function kernelDiscrepancy(x: FeatureSet, y: FeatureSet): number {
  checkComparable('kernel distance', x, y, 2)
  return within(x) + within(y) - 2 * between(x, y)
}

/**
 * The kernel distance as a mean over disjoint random blocks, and its standard error.
 *
 * @param options `blocks`: how many; default 10, more where a block would have more than 1000 vectors. `key`: which
 * vectors form a block
 * @example
 * const { value, standardError } = kernelDistance(featureSet(real, 64), featureSet(generated, 64))
 */
export function kernelDistance(x: FeatureSet, y: FeatureSet, options: { blocks?: number; key?: Key } = {}): Estimate {
  const { blocks = Math.max(10, Math.ceil(Math.max(x.count, y.count) / 1000)), key: stream = key('kernel') } = options
  if (!(blocks >= 2)) throw new TweedieError('usage', `${blocks} blocks: a standard error needs at least 2`)
  checkComparable(`kernel distance in ${blocks} blocks`, x, y, 2 * blocks)
  const parts = [x, y].map((set, which) => split(set, blocks, fold(stream, which)))
  return meanOf(Array.from({ length: blocks }, (_, i) => kernelDiscrepancy(parts[0]![i]!, parts[1]![i]!)))
}

function within(x: FeatureSet): number {
  let sum = 0
  for (let i = 0; i < x.count; i++) {
    for (let j = 0; j < i; j++) sum += kernel(x, i, x, j)
  }
  return (2 * sum) / (x.count * (x.count - 1))
}

function between(x: FeatureSet, y: FeatureSet): number {
  let sum = 0
  for (let i = 0; i < x.count; i++) {
    for (let j = 0; j < y.count; j++) sum += kernel(x, i, y, j)
  }
  return sum / (x.count * y.count)
}

function kernel(x: FeatureSet, i: number, y: FeatureSet, j: number): number {
  return (innerProduct(x, i, y, j) / x.dimension + 1) ** 3
}

/** Disjoint random parts, as equal as can be. */
function split({ data, count, dimension }: FeatureSet, parts: number, stream: Key): FeatureSet[] {
  const order = Array.from(permutation(stream, count))
  return Array.from({ length: parts }, (_, part) => {
    const chosen = order.filter((_, i) => i % parts === part)
    const copy = new Float64Array(chosen.length * dimension)
    chosen.forEach((from, to) => copy.set(data.subarray(from * dimension, (from + 1) * dimension), to * dimension))
    return { data: copy, count: chosen.length, dimension }
  })
}
