/**
 * A linear autoencoder with a Gaussian law is probabilistic principal component analysis: Tipping & Bishop, Probabilistic Principal
 * Component Analysis (1999); Lucas et al., Don't Blame the ELBO! (2019).
 */
import { describe, expect, test } from 'vitest'
import { gradients, mean } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { activeUnits, importanceBound, logWeightsOf } from '../../../src/diffusion/latent/index.ts'
import {
  average,
  exactData,
  exactNoise,
  feedsOf,
  type Linear,
  linearBound,
  numbers,
  product,
  rotation,
  transposed,
} from './support.ts'

const d = 3
const lambda = [4, 1.5, 0.3]
const axes = rotation(d, [0.4, 1.1, -0.7])
const data = exactData(lambda, axes)

/** The best W = U (Λ − σ²)^½ of q columns for this σ²; then the exact posterior, or its best diagonal one where columns are mixed by R. */
function solution(q: number, variance: number, mix: readonly (readonly number[])[] = rotation(q, [])): Linear {
  const columns = axes.slice(0, q).map((u, j) => u.map((each) => each * Math.sqrt(Math.max(0, lambda[j]! - variance))))
  const w = product(transposed(columns), mix)
  // M = Wᵀ W + σ² I; W = U D R, so that M⁻¹ = Rᵀ diag(1/λ) R
  const inner = lambda.slice(0, q).map((each) => Math.max(each, variance))
  const inverse = product(
    transposed(mix),
    mix.map((row, j) => row.map((each) => each / inner[j]!)),
  )
  const m = product(transposed(w), w).map((row, j) => row[j]! + variance)
  return {
    decoder: w,
    encoder: product(inverse, transposed(w)),
    logVariance: m.map((each) => Math.log(variance / each)),
    logSigma: Math.log(variance) / 2,
  }
}

/** The best log p(x) on average: −½ [d ln 2π + Σ_{j ≤ q} ln λ_j + (d − q) ln σ² + d], σ² the mean of the discarded λ. */
const best = (q: number, variance: number): number =>
  -0.5 *
  (d * Math.log(2 * Math.PI) +
    lambda.slice(0, q).reduce((sum, each) => sum + Math.log(each), 0) +
    (d - q) * Math.log(variance) +
    d)

describe('the optimum', () => {
  const variance = 0.3
  const at = solution(2, variance)
  const { total, parameters, feeds, ...bound } = linearBound(data, exactNoise(2))
  const of = (linear: Linear) => ({ ...feeds, ...feedsOf(linear) })

  test('the bound is the best log-likelihood: no gap where columns are orthogonal', () => {
    expect(-average(numbers(total, of(at)))).toBeCloseTo(best(2, variance), 6)
  })

  test('every draw has the weight p(x), so that any number of draws gives the same bound', () => {
    const weights = numbers(logWeightsOf({ total, ...bound }), of(at))
    const k = exactNoise(2).length
    for (let i = 0; i < data.length; i++) {
      for (let j = 1; j < k; j++) expect(weights[i * k + j]).toBeCloseTo(weights[i * k]!, 10)
    }
    expect(average(weights)).toBeCloseTo(best(2, variance), 6)
    expect(average(numbers(importanceBound(logWeightsOf({ total, ...bound }), k), of(at)))).toBeCloseTo(
      best(2, variance),
      6,
    )
  })

  test('no parameter can improve it', () => {
    const slopes = gradients(
      mean(total),
      parameters.map(([, tensor]) => tensor),
    )
    const steepest = (linear: Linear): number =>
      Math.max(...evaluate(slopes, of(linear)).flatMap(({ data: each }) => Array.from(each, Math.abs)))
    expect(steepest(at)).toBeLessThan(1e-6)
    expect(steepest({ ...at, logSigma: at.logSigma + 0.1 })).toBeGreaterThan(0.05)
  })

  test('mixed columns leave a gap: the divergence of the diagonal Gaussian from the posterior', () => {
    const angle = 0.6
    const mixed = solution(2, variance, rotation(2, [angle]))
    const precision = product(transposed(mixed.decoder), mixed.decoder).map((row, i) =>
      row.map((each, j) => (each + (i === j ? variance : 0)) / variance),
    )
    const [[a, b], [c, e]] = precision as [[number, number], [number, number]]
    const gap = 0.5 * (Math.log(a * e) - Math.log(a * e - b * c))
    expect(gap).toBeGreaterThan(0.05)
    expect(-average(numbers(total, of(mixed)))).toBeCloseTo(best(2, variance) - gap, 6)
  })
})

describe('collapse', () => {
  test.each([
    [0.15, 3],
    [0.8, 2],
    [2.5, 1],
    [5, 0],
  ])('with σ² = %d, %d units are active: as many as there are λ above it', (variance, count) => {
    const { total, posterior, parameters, feeds: fixed } = linearBound(data, exactNoise(d))
    const learned = parameters.filter(([name]) => name !== 'log_sigma')
    const feeds: Record<string, number[]> = {
      ...fixed,
      ...feedsOf({
        encoder: rotation(d, [0.3, 0.5, 0.7]),
        decoder: rotation(d, [1.3, 0.9, 0.1]),
        logVariance: [0, 0, 0],
        logSigma: Math.log(variance) / 2,
      }),
    }
    const slopes = gradients(
      mean(total),
      learned.map(([, tensor]) => tensor),
    )
    descend(
      feeds,
      learned.map(([name]) => name),
      () => evaluate(slopes, feeds).map(({ data: each }) => each),
    )
    const means = numbers(posterior.mean, feeds)
    expect(activeUnits(means, d)).toBe(count)
    const optimum = lambda.map((each) => (each > variance ? Math.log(each) + 1 : Math.log(variance) + each / variance))
    const expected = -0.5 * optimum.reduce((sum, each) => sum + each, d * Math.log(2 * Math.PI))
    expect(-average(numbers(total, feeds))).toBeCloseTo(expected, 2)
  })
})

/** Adam, from a start that knows nothing. */
function descend(
  feeds: Record<string, number[]>,
  names: readonly string[],
  slopes: () => readonly ArrayLike<number>[],
) {
  const moments = names.map((name) => feeds[name]!.map(() => [0, 0] as [number, number]))
  for (let step = 1; step <= 400; step++) {
    const rate = 0.06 * (1 - step / 401)
    slopes().forEach((slope, n) => {
      moments[n]!.forEach((moment, i) => {
        moment[0] += 0.1 * (slope[i]! - moment[0])
        moment[1] += 0.01 * (slope[i]! ** 2 - moment[1])
        const [m, v] = [moment[0] / (1 - 0.9 ** step), moment[1] / (1 - 0.99 ** step)]
        feeds[names[n]!]![i]! -= (rate * m) / (Math.sqrt(v) + 1e-9)
      })
    })
  }
}
