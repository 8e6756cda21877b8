/** Guidance by measurements against posteriors in closed form. */
import { describe, expect, it } from 'vitest'
import { type Denoiser, gaussianDenoiser, mixtureDenoiser, sizeOf } from '../../../src/diffusion/denoise/index.ts'
import { ddrm } from '../../../src/diffusion/guidance/ddrm.ts'
import { differentiableGaussian, differentiableMixture } from '../../../src/diffusion/guidance/differentiable.ts'
import { diffPirSampler } from '../../../src/diffusion/guidance/diffpir.ts'
import { dps } from '../../../src/diffusion/guidance/dps.ts'
import { drawMixture, exactPosterior, mixtureMoments } from '../../../src/diffusion/guidance/exact-posterior.ts'
import { mmps, piGdm, proximal } from '../../../src/diffusion/guidance/likelihood.ts'
import { repaint } from '../../../src/diffusion/guidance/repaint.ts'
import {
  averagePooling,
  clipping,
  gaussianBlur,
  type LinearOperator,
  maskOperator,
  motionBlur,
  observation,
  randomProjection,
} from '../../../src/diffusion/measure/index.ts'
import { cosineSchedule, edmSchedule } from '../../../src/diffusion/noise/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { ddim, ddpm, heun, logSnrTimes, type Sampler, sampleFinal } from '../../../src/diffusion/sample/index.ts'

const schedule = cosineSchedule()
const n = 6
/** Neighbours are alike: C_ij = 0.8^|i − j|. */
const covariance = Float64Array.from({ length: n * n }, (_, at) => 0.8 ** Math.abs(Math.floor(at / n) - (at % n)))
const mean = [0.5, -0.2, 0, 0.1, 0.4, -0.3]
const gaussian = [{ mean, covariance }]
const mixture = [
  { weight: 2, mean, covariance },
  { weight: 1, mean: mean.map((value) => value - 1.5), covariance: 0.2 },
  { weight: 1, mean: [1, 1, -1, -1, 2, 0], covariance: [0.1, 0.2, 0.3, 0.4, 0.1, 0.2] },
]
const operators: readonly LinearOperator[] = [
  maskOperator([n], [1, 0, 0, 1, 1, 0]),
  gaussianBlur([n], 1),
  randomProjection([n], 3),
]
const x = normal(key('x'), new Float64Array(3 * n))
const close = (a: ArrayLike<number>, b: ArrayLike<number>, digits: number): void => {
  expect(a.length).toBe(b.length)
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i]!, digits)
}
const observed = (operator: LinearOperator, sigma: number) =>
  observation(operator, operator.forward(normal(key('truth'), new Float64Array(n))), sigma)

describe('derivatives', () => {
  it.each([
    ['Gaussian', differentiableGaussian({ schedule, mean, covariance })],
    ['mixture', differentiableMixture({ schedule, components: mixture })],
  ])('%s: Jᵀ v is the difference quotient of the mean', (_, denoiser) => {
    const v = normal(key('v'), new Float64Array(x.length))
    for (const t of [0.05, 0.4, 0.9]) {
      const at = (h: number) =>
        denoiser.denoise(
          x.map((value, i) => value + h * v[i]!),
          t,
        )
      const [up, down] = [at(1e-5), at(-1e-5)]
      close(
        denoiser.vjp(x, t, v),
        up.map((value, i) => (value - down[i]!) / 2e-5),
        5,
      )
    }
  })
})

describe('the exact posterior', () => {
  it('is the law of total expectation: averaged over measurements, the prior', () => {
    const operator = operators[2]!
    const truth = drawMixture(mixture, 4000, key('prior'))
    const y = operator.forward(truth)
    normal(key('noise'), new Float64Array(y.length)).forEach((z, i) => (y[i]! += 0.5 * z))
    const prior = mixtureMoments(mixture.map((part) => ({ weight: part.weight, ...full(part) })))
    const average = new Float64Array(n)
    for (let item = 0; item < 400; item++) {
      const posterior = exactPosterior(mixture, observation(operator, y.slice(item * 3, item * 3 + 3), 0.5))
      mixtureMoments(posterior).mean.forEach((value, i) => (average[i]! += value / 400))
    }
    average.forEach((value, i) => expect(Math.abs(value - prior.mean[i]!)).toBeLessThan(0.15))
  })

  it('of one element seen exactly is that element, and the others by regression', () => {
    const [part] = exactPosterior(
      gaussian,
      observation(maskOperator([n], [0, 0, 1, 0, 0, 0]), Float64Array.of(2), 1e-6),
    )
    expect(part!.mean[2]).toBeCloseTo(2, 6)
    expect(part!.mean[3]).toBeCloseTo(mean[3]! + 0.8 * (2 - mean[2]!), 6)
    expect(part!.covariance[3 * n + 3]).toBeCloseTo(1 - 0.8 ** 2, 6)
  })
})

describe('one evaluation', () => {
  it.each(operators.map((operator) => [operator.name, operator] as const))(
    'mmps is exact for Gaussian data: %s',
    async (_, operator) => {
      for (const schedule of [cosineSchedule(), edmSchedule({ sigmaMax: 3 })]) {
        const prior = differentiableGaussian({ schedule, mean, covariance })
        for (const sigma of [0.05, 0.5]) {
          const given = observed(operator, sigma)
          const exact = gaussianDenoiser({ schedule, ...exactPosterior(gaussian, given)[0]! })
          const guided = mmps(prior, given, { iterations: 30 })
          for (const t of [0.02, 0.3, 0.7, 1]) close(await guided.denoise(x, t), exact.denoise(x, t), 6)
        }
      }
    },
  )

  it('ΠGDM is exact for white data of the variance that it is told, and for no other', async () => {
    const prior = differentiableGaussian({ schedule, mean, covariance: 0.7 })
    const given = observed(operators[2]!, 0.3)
    const exact = gaussianDenoiser({ schedule, ...exactPosterior([{ mean, covariance: 0.7 }], given)[0]! })
    close(await piGdm(prior, given, { dataVariance: 0.7 }).denoise(x, 0.6), exact.denoise(x, 0.6), 8)
    const wrong = await piGdm(prior, given, { dataVariance: 1.5 }).denoise(x, 0.6)
    expect(Math.abs(wrong[0]! - exact.denoise(x, 0.6)[0]!)).toBeGreaterThan(1e-3)
  })

  it('the proximal step is the minimum that it says', async () => {
    const prior = gaussianDenoiser({ schedule, mean, covariance })
    const given = observed(operators[1]!, 0.2)
    const [t, lambda] = [0.5, 3]
    const found = Float64Array.from(await proximal(prior, given, { lambda }).denoise(x.slice(0, n), t))
    const d = prior.denoise(x.slice(0, n), t)
    const square = (schedule.sigma(t) / schedule.alpha(t)) ** 2
    const cost = (at: Float64Array): number => {
      const misfit = given.operator.forward(at).reduce((sum, value, k) => sum + (given.y[k]! - value) ** 2, 0)
      return misfit / 0.2 ** 2 + (lambda / square) * at.reduce((sum, value, i) => sum + (value - d[i]!) ** 2, 0)
    }
    for (let i = 0; i < n; i++) {
      const moved = (h: number) => cost(found.map((value, j) => (j === i ? value + h : value)))
      expect((moved(1e-4) - moved(-1e-4)) / 2e-4).toBeCloseTo(0, 4)
    }
  })

  it('with or without a known decomposition, the same', async () => {
    const prior = differentiableMixture({ schedule, components: mixture })
    for (const operator of operators) {
      const { svd: _, ...plain } = operator
      for (const sigma of [0.05, 0.5]) {
        const given = observed(operator, sigma)
        const iterated = { ...given, operator: plain }
        close(await piGdm(prior, given).denoise(x, 0.4), await piGdm(prior, iterated).denoise(x, 0.4), 5)
        close(await proximal(prior, given).denoise(x, 0.4), await proximal(prior, iterated).denoise(x, 0.4), 5)
      }
    }
  })

  it('a measurement that says nothing changes nothing', async () => {
    const prior = differentiableMixture({ schedule, components: mixture })
    const given = observed(operators[0]!, 1e6)
    for (const guided of [mmps(prior, given), piGdm(prior, given), proximal(prior, given, { lambda: 1 })]) {
      close(await guided.denoise(x, 0.5), prior.denoise(x, 0.5), 6)
    }
  })

  it('items of a batch may have measurements of their own', async () => {
    const prior = differentiableMixture({ schedule, components: mixture })
    const operator = operators[1]!
    const y = normal(key('y'), new Float64Array(3 * n))
    const all = await mmps(prior, observation(operator, y, 0.3)).denoise(x, 0.4)
    const second = observation(operator, y.slice(n, 2 * n), 0.3)
    close(all.slice(n, 2 * n), await mmps(prior, second).denoise(x.slice(n, 2 * n), 0.4), 9)
  })
})

/** The errors of samples of a posterior: of the mean, in standard deviations, and of the covariance, relative. */
async function errorsOf(denoiser: Denoiser, sampler: Sampler, truth: ReturnType<typeof exactPosterior>, steps = 60) {
  const batch = 1000
  const times = logSnrTimes(schedule, steps, { from: schedule.timeOfLogSnr(-8), to: schedule.timeOfLogSnr(12) })
  const samples = Float64Array.from(await sampleFinal(denoiser, { sampler, times, batch, seed: 3, dtype: 'float64' }))
  const moments = mixtureMoments(truth)
  const found = new Float64Array(n)
  samples.forEach((value, i) => (found[i % n]! += value / batch))
  const spread = new Float64Array(n * n)
  for (let item = 0; item < batch; item++) {
    for (let at = 0; at < spread.length; at++) {
      const [i, j] = [Math.floor(at / n), at % n]
      spread[at]! += ((samples[item * n + i]! - found[i]!) * (samples[item * n + j]! - found[j]!)) / (batch - 1)
    }
  }
  const variance = moments.covariance.reduce((sum, value, at) => (at % (n + 1) === 0 ? sum + value : sum), 0)
  return {
    mean: Math.sqrt(found.reduce((sum, value, i) => sum + (value - moments.mean[i]!) ** 2, 0) / variance),
    covariance:
      Math.hypot(...spread.map((value, at) => value - moments.covariance[at]!)) / Math.hypot(...moments.covariance),
    samples,
  }
}

describe('samples', () => {
  const prior = differentiableGaussian({ schedule, mean, covariance })

  it.each(operators.map((operator) => [operator.name, operator] as const))(
    'mmps draws the posterior: %s',
    async (_, operator) => {
      const given = observed(operator, 0.2)
      const truth = exactPosterior(gaussian, given)
      for (const sampler of [heun(), ddpm()]) {
        const errors = await errorsOf(
          mmps(prior, given, { iterations: 8 }),
          sampler,
          truth,
          sampler.stochastic ? 150 : 30,
        )
        expect(errors.mean, sampler.name).toBeLessThan(0.08)
        expect(errors.covariance, sampler.name).toBeLessThan(0.15)
      }
    },
  )

  it('ddrm reproduces a measurement without noise, and draws what it does not see', async () => {
    const operator = averagePooling([n], 2)
    const given = observed(operator, 0)
    const { samples, mean } = await errorsOf(prior, ddrm(given), exactPosterior(gaussian, { ...given, sigma: 1e-4 }))
    const again = operator.forward(samples)
    again.forEach((value, k) => expect(value).toBeCloseTo(given.y[k % 3]!, 6))
    expect(mean).toBeLessThan(0.5)
  })

  it('ddrm is right in the mean for white data seen without noise, and too narrow', async () => {
    const white = gaussianDenoiser({ schedule, mean, covariance: 1 })
    const given = observed(operators[0]!, 0)
    const truth = exactPosterior([{ mean, covariance: 1 }], { ...given, sigma: 1e-4 })
    const errors = await errorsOf(white, ddrm(given), truth, 150)
    expect(errors.mean).toBeLessThan(0.08)
    expect(errors.covariance).toBeLessThan(0.35)
  })

  it('ddrm takes a noisy measurement at its word: the spread is too small', async () => {
    const wide = gaussianDenoiser({ schedule, mean, covariance: 100 })
    const given = observed(maskOperator([n], [1, 1, 1, 1, 1, 1]), 0.5)
    const { samples } = await errorsOf(wide, ddrm(given), exactPosterior([{ mean, covariance: 100 }], given), 150)
    const variance = samples.reduce((sum, value, i) => sum + (value - given.y[i % n]!) ** 2 / samples.length, 0)
    expect(Math.sqrt(variance)).toBeLessThan(0.25)
  })

  it('repaint approaches the posterior with repetitions', async () => {
    const given = observed(operators[0]!, 0)
    const truth = exactPosterior(gaussian, { ...given, sigma: 1e-4 })
    const once = await errorsOf(prior, repaint(given, { resample: 1 }), truth, 20)
    const often = await errorsOf(prior, repaint(given, { resample: 20, jump: 1 }), truth, 20)
    expect(often.mean).toBeLessThan(0.5 * once.mean)
    for (let i = 0; i < often.samples.length; i += n) expect(often.samples[i]).toBeCloseTo(given.y[0]!, 6)
  })

  it('diffpir and dps agree with the measurement, and are biased', async () => {
    const given = observed(operators[1]!, 0.2)
    const truth = exactPosterior(gaussian, given)
    const plain = await errorsOf(prior, ddim(), truth)
    const pir = await errorsOf(proximal(prior, given), diffPirSampler(), truth)
    const step = await errorsOf(prior, dps(given, { zeta: 0.05 }), truth, 150)
    expect(pir.mean).toBeLessThan(0.5 * plain.mean)
    expect(step.mean).toBeLessThan(0.5 * plain.mean)
  })

  it('dps and mmps follow a nonlinear measurement', async () => {
    const operator = clipping([n], 1.5)
    const y = Float64Array.of(0.6, -1, -0.3, 1, 0.2, 0.1)
    const given = observation(operator, y, 0.05)
    const times = logSnrTimes(schedule, 100, { from: schedule.timeOfLogSnr(-8), to: schedule.timeOfLogSnr(12) })
    const options = { times, batch: 100, seed: 1, dtype: 'float64' } as const
    for (const samples of [
      await sampleFinal(mmps(prior, given, { iterations: 10 }), { ...options, sampler: ddpm() }),
      await sampleFinal(prior, { ...options, sampler: dps(given, { zeta: 0.3 }) }),
    ]) {
      const again = await operator.forward(samples)
      const misfits = Array.from({ length: 100 }, (_, item) =>
        Math.sqrt(y.reduce((sum, value, k) => sum + (again[item * n + k]! - value) ** 2 / n, 0)),
      )
      // a few are caught on the wrong side of the clipping, where there is no slope
      expect(misfits.sort((a, b) => a - b)[50]).toBeLessThan(0.25)
    }
  })
})

describe('refuses what makes no sense', () => {
  const prior = differentiableGaussian({ schedule, mean, covariance })
  const exact = observed(operators[0]!, 0)

  it.each([
    [() => mmps(prior, exact), 'mmps with sigma_y = 0'],
    [() => proximal(prior, exact), 'diffpir with sigma_y = 0'],
    [() => ddrm(observation(motionBlur([1, 2, 3], 3), new Float64Array(6), 0)), 'singular values of motion blur'],
    [() => repaint(observed(operators[1]!, 0.1)), 'does not see elements as they are'],
    [() => dps(exact, { zeta: -1 }), 'zeta is -1'],
    [
      () => mmps(prior, observation(maskOperator([4], [1, 0, 0, 1]), Float64Array.of(1, 2), 0.1)),
      'the denoiser makes [6]',
    ],
  ])('%#', (attempt, message) => expect(attempt).toThrow(message))

  it('dps needs a derivative', async () => {
    const plain = mixtureDenoiser({ schedule, components: mixture })
    await expect(sampleFinal(plain, { sampler: dps(exact), times: [0.9, 0.5, 0] })).rejects.toThrow(
      'knows its derivative',
    )
  })
})

function full({
  mean,
  covariance,
}: {
  readonly mean: readonly number[]
  readonly covariance: number | ArrayLike<number>
}) {
  const [part] = exactPosterior(
    [{ mean, covariance }],
    observation(maskOperator([n], [1, 0, 0, 0, 0, 0]), Float64Array.of(0), 1e9),
  )
  expect(sizeOf([part!.mean.length])).toBe(n)
  return { mean: part!.mean, covariance: part!.covariance }
}
