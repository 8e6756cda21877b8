/** Samplers of laws: their moments against closed forms. */
import { describe, expect, it } from 'vitest'
import { diracDenoiser } from '../../../src/diffusion/denoise/dirac.ts'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { mixtureDenoiser } from '../../../src/diffusion/denoise/mixture.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { edmSchedule, veSchedule } from '../../../src/diffusion/noise/ve.ts'
import { vpSchedule } from '../../../src/diffusion/noise/vp.ts'
import { analyticDpm, posteriorVariances } from '../../../src/diffusion/sample/analytic-dpm.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { adaptiveSde } from '../../../src/diffusion/sample/adaptive-sde.ts'
import { brownianPath } from '../../../src/diffusion/sample/brownian.ts'
import { ddim } from '../../../src/diffusion/sample/ddim.ts'
import { ddpm } from '../../../src/diffusion/sample/ddpm.ts'
import { annealedLangevin, langevin } from '../../../src/diffusion/sample/langevin.ts'
import { finalVariance } from '../../../src/diffusion/sample/measure-law.ts'
import { randomNoise } from '../../../src/diffusion/sample/noise-source.ts'
import { predictorCorrector } from '../../../src/diffusion/sample/predictor-corrector.ts'
import { heun } from '../../../src/diffusion/sample/runge-kutta.ts'
import { sample, sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import { karrasTimes, logSnrTimes, uniformTimes } from '../../../src/diffusion/sample/times.ts'

const moments = (x: ArrayLike<number>) => {
  const values = Array.from(x)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length }
}

describe('Langevin dynamics', () => {
  const schedule = vpSchedule()
  const denoiser = gaussianDenoiser({ schedule, mean: [2], covariance: 0.25 })
  const run = async (options: { stepSize: number; convention?: 'half' | 'full' }) => {
    let last: ArrayLike<number> = []
    for await (const { x } of langevin(denoiser, { t: 0.2, steps: 80, batch: 1000, seed: 3, ...options })) last = x
    return moments(last)
  }
  const exact = schedule.alpha(0.2) ** 2 * 0.25 + schedule.sigma(0.2) ** 2

  it('converges to p_t', async () => {
    const { mean, variance } = await run({ stepSize: 0.05 })
    expect(Math.abs(mean - 2 * schedule.alpha(0.2))).toBeLessThan(4 * Math.sqrt(exact / 1000))
    // the unadjusted chain's variance is exact / (1 − a/4·exact⁻¹)
    expect(Math.abs(variance / (exact / (1 - 0.05 / (4 * exact))) - 1)).toBeLessThan(4 * Math.sqrt(2 / 1000))
  })

  it('both conventions are one algorithm: a = 2δ', async () => {
    expect(await run({ stepSize: 0.05 })).toEqual(await run({ stepSize: 0.025, convention: 'full' }))
  })
})

describe('annealed Langevin dynamics', () => {
  const schedule = veSchedule({ sigmaMin: 0.05, sigmaMax: 10 })
  // two far modes of unequal weight, the pitfall of plain Langevin dynamics
  const denoiser = mixtureDenoiser({
    schedule,
    components: [
      { weight: 4, mean: [5], covariance: 0.05 },
      { weight: 1, mean: [-5], covariance: 0.05 },
    ],
  })
  const share = (x: ArrayLike<number>) => Array.from(x).filter((value) => value > 0).length / x.length

  it('finds the weights of distant modes, which plain Langevin dynamics does not', async () => {
    const times = [...uniformTimes(12, { to: 0.05 }), 0]
    const annealed = annealedLangevin({ stepsPerLevel: 40, stepSize: 0.2 })
    const good = await sampleFinal(denoiser, { sampler: annealed, times, batch: 300, seed: 1 })
    expect(Math.abs(share(good) - 0.8)).toBeLessThan(0.08)
    let stuck: ArrayLike<number> = []
    const x = Float64Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 3 : -3))
    for await (const step of langevin(denoiser, { t: 0, steps: 200, stepSize: 0.002, x })) stuck = step.x
    expect(Math.abs(share(stuck) - 0.5)).toBeLessThan(0.02)
  })

  it('ends in the posterior mean when the last time is clean data', () => {
    const clean = edmSchedule()
    const { steps } = annealedLangevin({ stepsPerLevel: 3 }).plan(clean, [0.5, 0.1, 0])
    expect(steps).toHaveLength(8)
    expect(steps.at(-1)!.stages).toEqual([{ evaluate: true, time: 0, x: 0, history: [1] }])
    // step sizes grow with σ²: noise scales are 5 to 1
    expect(steps[0]!.stages[0]!.noise![0]! / steps[4]!.stages[0]!.noise![0]!).toBeCloseTo(5, 12)
  })
})

describe('predictor–corrector', () => {
  it('has the right law with too few steps for the predictor alone', async () => {
    const schedule = vpSchedule()
    const denoiser = gaussianDenoiser({ schedule, mean: new Float64Array(16).fill(0.5), covariance: 0.04 })
    const times = logSnrTimes(schedule, 12, { to: 0.01 })
    const run = async (sampler: Parameters<typeof sampleFinal>[1]['sampler']) =>
      moments(await sampleFinal(denoiser, { sampler, times, batch: 400, seed: 5 }))
    const [alone, corrected] = [await run(ddpm()), await run(predictorCorrector({ predictor: ddpm(), corrections: 4 }))]
    expect(Math.abs(corrected.mean - 0.5)).toBeLessThan(0.02)
    expect(Math.abs(corrected.variance - 0.04)).toBeLessThan(Math.abs(alone.variance - 0.04))
  })

  it('no item depends on its neighbours', async () => {
    const denoiser = gaussianDenoiser({ schedule: vpSchedule(), mean: [1, 2], covariance: 0.3 })
    const options = { sampler: predictorCorrector(), times: uniformTimes(10), seed: 2 }
    const whole = await sampleFinal(denoiser, { ...options, batch: 3 })
    const alone = await sampleFinal(denoiser, { ...options, firstItem: 1 })
    expect([...alone]).toEqual([...whole.subarray(2, 4)])
  })
})

describe('Analytic-DPM', () => {
  const schedule = cosineSchedule()
  const c = 0.3
  const denoiser = gaussianDenoiser({ schedule, mean: [0], covariance: c })
  const times = uniformTimes(8, { from: 0.98 })

  it('estimates the posterior variance from the predicted noise', async () => {
    const data = randomNoise(1, { seed: 4 })
    const x0 = new Float64Array(4000)
    data(x0, 0, 0)
    x0.forEach((value, i) => (x0[i] = value * Math.sqrt(c)))
    const variances = await posteriorVariances(denoiser, times, x0, randomNoise(1, { seed: 5 }))
    for (const t of times.slice(0, -1)) {
      const exact = denoiser.variance(Float64Array.of(0), t)[0]!
      expect(Math.abs(variances.get(t)! / exact - 1)).toBeLessThan(0.1)
    }
  })

  it.each([0, 0.5, 1])('with η = %f the law is exact in any number of steps, where DDPM needs many', async (eta) => {
    const variance = (t: number) => denoiser.variance(Float64Array.of(0), t)[0]!
    const grid = [0.98, 0.6, 0.2]
    const analytic = await finalVariance(analyticDpm({ variance, eta }), schedule, grid, c)
    expect(analytic.variance).toBeCloseTo(analytic.exact, 12)
    const plain = await finalVariance(ddpm(), schedule, grid, c)
    expect(Math.abs(plain.variance - plain.exact)).toBeGreaterThan(0.05)
  })
})

describe('EDM churn', () => {
  it('adds noise between its bounds only, and no more than γ allows', () => {
    const schedule = edmSchedule()
    const times = karrasTimes(schedule, 10, { to: 0.002 / 80 })
    const { steps } = heun({ churn: 40, min: 0.05, max: 50 }).plan(schedule, times)
    const raised = steps.map(({ t, stages }) =>
      stages[0]!.evaluate ? 1 : schedule.sigma(stages[0]!.time) / schedule.sigma(t),
    )
    expect(raised[0]).toBe(1)
    expect(raised[4]).toBeCloseTo(Math.SQRT2, 12)
    expect(raised.at(-1)).toBe(1)
  })
})

it('samplers end on data: points are found again', async () => {
  const denoiser = diracDenoiser({ schedule: cosineSchedule(), shape: [2], points: [1, 1, -1, 1, 0, -1] })
  for (const sampler of [ddpm(), ddim(), ddim({ eta: 0.5 })]) {
    const x = await sampleFinal(denoiser, { sampler, times: uniformTimes(30), batch: 20, seed: 1 })
    for (let i = 0; i < x.length; i += 2) {
      const near = [
        [1, 1],
        [-1, 1],
        [0, -1],
      ].some(([a, b]) => Math.hypot(x[i]! - a!, x[i + 1]! - b!) < 1e-3)
      expect(near, sampler.name).toBe(true)
    }
  }
})

describe('the adaptive reverse SDE', () => {
  const schedule = vpSchedule()
  const denoiser = gaussianDenoiser({ schedule, mean: [0.5], covariance: 0.09 })
  const times = [1, 0.01]
  const exact = schedule.alpha(0.01) ** 2 * 0.09 + schedule.sigma(0.01) ** 2

  it('has the right mean and variance', async () => {
    const sampler = adaptiveSde({ absolute: 0.003 })
    const { mean, variance } = moments(await sampleFinal(denoiser, { sampler, times, batch: 1500, seed: 3 }))
    expect(Math.abs(mean - 0.5 * schedule.alpha(0.01))).toBeLessThan(4 * Math.sqrt(exact / 1500))
    expect(Math.abs(variance / exact - 1)).toBeLessThan(4 * Math.sqrt(2 / 1500))
  })

  it('takes more steps for more precision', async () => {
    const count = async (absolute: number) => {
      let steps = 0
      for await (const _ of sample(denoiser, { sampler: adaptiveSde({ absolute, relative: absolute }), times })) steps++
      return steps
    }
    expect(await count(0.002)).toBeGreaterThan(1.5 * (await count(0.02)))
  })
})

describe('a Brownian path', () => {
  it('a step taken back leaves the whole increment as it was: the parts add up', () => {
    let seed = 0
    const path = brownianPath((out) => void normal(key(seed++), out), new Float64Array(3))
    const whole = path.increment(1).slice()
    const first = path.increment(0.3).slice()
    const smaller = path.increment(0.1).slice()
    path.accept()
    expect(path.known()).toBeCloseTo(0.2, 14)
    const second = path.increment(path.known()).slice()
    path.accept()
    const third = path.increment(path.known()).slice()
    path.accept()
    expect(path.known()).toBe(Infinity)
    for (let i = 0; i < 3; i++) {
      expect(smaller[i]! + second[i]!).toBeCloseTo(first[i]!, 13)
      expect(first[i]! + third[i]!).toBeCloseTo(whole[i]!, 13)
    }
  })

  it('has parts of the variance of their lengths', () => {
    const count = 20_000
    let seed = 0
    const bridge = brownianPath((out) => void normal(key(seed++), out), new Float64Array(count))
    bridge.increment(2)
    expect(Math.abs(moments(bridge.increment(0.5)).variance / 0.5 - 1)).toBeLessThan(4 * Math.sqrt(2 / count))
  })
})
