/** Exact smoothing, smoothing by particles, and assimilation by denoisers, on one linear-Gaussian chain. */
import { describe, expect, it } from 'vitest'
import { differentiableGaussian } from '../../../src/diffusion/guidance/differentiable.ts'
import { exactPosterior } from '../../../src/diffusion/guidance/exact-posterior.ts'
import { dps, mmps, sda } from '../../../src/diffusion/guidance/index.ts'
import { maskOperator, matrixOperator, observation } from '../../../src/diffusion/measure/index.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/index.ts'
import { ddim, logSnrTimes, predictorCorrector, sampleFinal } from '../../../src/diffusion/sample/index.ts'
import {
  chainMoments,
  composeWindows,
  kalmanSmoother,
  linearChain,
  particleFilter,
  particleSmoother,
} from '../../../src/diffusion/trajectory/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

const schedule = cosineSchedule()
/** A turning chain of two numbers. */
const turning = linearChain({ transition: [0.9, -0.3, 0.3, 0.9], noise: [0.2, 0.05, 0.05, 0.1], mean: [1, 0] })
const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits: number): void => {
  expect(a.length).toBe(b.length)
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i]!, digits)
}

describe('the chain', () => {
  it('begins with its stationary covariance P = A P Aᵀ + Q', () => {
    const { covariance } = chainMoments(turning, 3)
    const block = (k: number): number[] =>
      [0, 1].flatMap((r) => [0, 1].map((c) => covariance[(2 * k + r) * 6 + 2 * k + c]!))
    close(block(1), block(0), 12)
    close(block(2), block(0), 12)
    close(
      chainMoments(linearChain({ transition: [0.8], noise: [0.36] }), 3).covariance,
      [1, 0.8, 0.64, 0.8, 1, 0.8, 0.64, 0.8, 1],
      12,
    )
    expect(() => linearChain({ transition: [1.1], noise: [1] })).toThrow('no stationary law')
    expect(() => linearChain({ transition: [0.5], noise: [1, 2] })).toThrow('`noise` has 2 numbers')
  })
})

describe('the smoother of Kalman, Rauch, Tung and Striebel', () => {
  it('is the posterior of the whole trajectory, with the evidence', () => {
    const L = 5
    const seen = [
      { time: 1, matrix: Float64Array.of(1, 0.5), y: Float64Array.of(0.7), sigma: 0.3 },
      { time: 4, matrix: Float64Array.of(1, 0, 0, 1), y: Float64Array.of(-0.4, 1.2), sigma: 0.5 },
    ]
    const laws = kalmanSmoother(turning, seen, L)
    const rows = new Float64Array(3 * 10)
    rows.set([1, 0.5], 2)
    rows[10 + 8] = 1
    rows[20 + 9] = 1
    const operator = matrixOperator({ from: [10], to: [3] }, rows)
    const y = Float64Array.of(0.7, -0.4, 1.2)
    const sigma = [0.3, 0.5, 0.5]
    const [exact] = exactPosterior([chainMoments(turning, L)], observation(operator, y, sigma))
    close(laws.means, exact!.mean, 9)
    for (let k = 0; k < L; k++) {
      for (let r = 0; r < 2; r++) {
        for (let c = 0; c < 2; c++) {
          expect(laws.covariances[k * 4 + 2 * r + c]).toBeCloseTo(exact!.covariance[(2 * k + r) * 10 + 2 * k + c]!, 9)
        }
      }
    }
    expect(() => kalmanSmoother(turning, [{ ...seen[0]!, time: 5 }], L)).toThrow('there are 0 … 4')
  })
})

/** AR(1) of unit variance, seen at some times. */
const rho = 0.9
const chain = linearChain({ transition: [rho], noise: [1 - rho ** 2] })
const L = 9
const times = [1, 2, 6]
const y = Float64Array.of(0.8, 1.1, -0.6)
const sigma = 0.3
const exact = kalmanSmoother(
  chain,
  times.map((time, i) => ({ time, matrix: Float64Array.of(1), y: y.subarray(i, i + 1), sigma })),
  L,
)

/** Mean and variance of each state, of `[draws, L]`. */
function moments(x: ArrayLike<number>): { readonly means: Float64Array; readonly variances: Float64Array } {
  const n = x.length / L
  const [means, variances] = [new Float64Array(L), new Float64Array(L)]
  for (let at = 0; at < x.length; at++) means[at % L]! += x[at]! / n
  for (let at = 0; at < x.length; at++) variances[at % L]! += (x[at]! - means[at % L]!) ** 2 / (n - 1)
  return { means, variances }
}

/** The largest error of a mean, in standard deviations, and of a variance, relative. */
function errors(x: ArrayLike<number>): readonly [mean: number, variance: number] {
  const { means, variances } = moments(x)
  return [
    Math.max(...means.map((value, k) => Math.abs(value - exact.means[k]!) / Math.sqrt(exact.covariances[k]!))),
    Math.max(...variances.map((value, k) => Math.abs(value / exact.covariances[k]! - 1))),
  ]
}

describe('particles', () => {
  const process = {
    size: 1,
    noise: Math.sqrt(1 - rho ** 2),
    move: (states: Float64Array) => states.forEach((value, i) => (states[i] = rho * value)),
  }
  const filtered = particleFilter(process, {
    start: normal(key('start'), new Float64Array(5000)),
    length: L,
    logLikelihood(states, time) {
      const i = times.indexOf(time)
      if (i < 0) return undefined
      return states.map((x) => -(((x - y[i]!) / sigma) ** 2) / 2 - Math.log(sigma * Math.sqrt(2 * Math.PI)))
    },
  })

  it('smooth as the exact smoother does, and estimate the evidence', () => {
    const [mean, variance] = errors(particleSmoother(process, filtered, 300))
    expect(mean).toBeLessThan(0.2)
    expect(variance).toBeLessThan(0.3)
    expect(Math.abs(filtered.logEvidence - exact.logEvidence)).toBeLessThan(0.12)
  })

  it('refuse what they cannot do', () => {
    expect(() => particleSmoother({ ...process, noise: 0 }, filtered, 1)).toThrow('a process with noise')
    const impossible = {
      start: new Float64Array(4),
      length: 1,
      logLikelihood: () => new Float64Array(4).fill(-Infinity),
    }
    expect(() => particleFilter(process, impossible)).toThrow('no particle explains')
  })
})

describe('assimilation with exact denoisers', () => {
  const whole = chainMoments(chain, L)
  const prior = differentiableGaussian({ schedule, ...whole, shape: [L, 1] })
  const windows = differentiableGaussian({ schedule, ...chainMoments(chain, 7), shape: [7, 1] })
  const observed = observation(
    maskOperator(
      [L, 1],
      Array.from({ length: L }, (_, k) => (times.includes(k) ? 1 : 0)),
    ),
    y,
    sigma,
  )
  const problem = { times: logSnrTimes(schedule, 64), batch: 400, seed: 1, dtype: 'float64' } as const
  const ancestral = ddim({ eta: 1 })

  it('MMPS draws from the posterior of Kalman', async () => {
    const [mean, variance] = errors(await sampleFinal(mmps(prior, observed), { ...problem, sampler: ancestral }))
    expect(mean).toBeLessThan(0.2)
    expect(variance).toBeLessThan(0.3)
  })

  it('and so, nearly, with windows of 7 of the 9 states', async () => {
    const composed = composeWindows(windows, { length: L, batch: 8000 })
    const [mean, variance] = errors(await sampleFinal(mmps(composed, observed), { ...problem, sampler: ancestral }))
    expect(mean).toBeLessThan(0.3)
    expect(variance).toBeLessThan(0.35)
  })

  it('SDA comes near in the mean, DPS does not', async () => {
    const corrected = predictorCorrector({ predictor: ddim(), corrections: 1, tau: 0.25 })
    const [bySda] = errors(await sampleFinal(sda(prior, observed), { ...problem, sampler: corrected }))
    const [byDps] = errors(await sampleFinal(prior, { ...problem, sampler: dps(observed) }))
    expect(bySda).toBeLessThan(0.5)
    expect(byDps).toBeGreaterThan(1.5 * bySda)
  })
})
