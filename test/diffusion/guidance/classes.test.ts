/** Guidance towards classes, on mixtures whose class posteriors are known. */
import { describe, expect, it } from 'vitest'
import { type FloatArray, mixtureDenoiser } from '../../../src/diffusion/denoise/index.ts'
import { classifierAncestral, classifierGuided, guidedAway } from '../../../src/diffusion/guidance/index.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/index.ts'
import { precisionRecall, featureSet } from '../../../src/tools/metrics/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { ddpm, heun, sampleFinal, uniformTimes } from '../../../src/diffusion/sample/index.ts'

const schedule = cosineSchedule()
const wanted = { weight: 0.3, mean: [1, 0.5], covariance: [0.5, 0.2, 0.2, 0.3] }
const other = { weight: 0.7, mean: [-0.6, 0], covariance: 0.4 }
const conditional = mixtureDenoiser({ schedule, components: [wanted] })
const unconditional = mixtureDenoiser({ schedule, components: [wanted, other] })
const x = normal(key('x'), new Float64Array(40))

/** ∇ f by central differences. */
const gradientOf = (f: (x: Float64Array) => Float64Array, at: FloatArray): Float64Array =>
  Float64Array.from(at, (_, i) => {
    const moved = (h: number) =>
      f(Float64Array.from(at, (value, j) => (i === j ? value + h : value)))[Math.floor(i / 2)]!
    return (moved(1e-5) - moved(-1e-5)) / 2e-5
  })
/** log p(y | x_t) by Bayes' rule. */
const logClass = (t: number) => (x: Float64Array) =>
  conditional.logDensity(x, t).map((log, i) => Math.log(0.3) + log - unconditional.logDensity(x, t)[i]!)
const score = (mean: FloatArray, t: number): Float64Array =>
  Float64Array.from(mean, (value, i) => (schedule.alpha(t) * value - x[i]!) / schedule.sigma(t) ** 2)
const close = (a: FloatArray, b: FloatArray, digits: number) =>
  a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, digits))

describe('classifier-free', () => {
  it.each([-1, 0, 2, 7.5])('w = %f: the score is ∇ log p(x) + (w + 1) ∇ log p(y | x)', async (w) => {
    for (const t of [0.15, 0.5, 0.9]) {
      const guided = await guidedAway(conditional, unconditional, { w }).denoise(x, t)
      const [prior, likelihood] = [gradientOf((x) => unconditional.logDensity(x, t), x), gradientOf(logClass(t), x)]
      close(
        score(guided, t),
        prior.map((value, i) => value + (w + 1) * likelihood[i]!),
        4,
      )
    }
  })

  it('w and scale = w + 1 are two names of one thing; w = 0 is the conditional model to the bit', async () => {
    const by = (options: { w: number } | { scale: number }) =>
      guidedAway(conditional, unconditional, options).denoise(x, 0.4)
    expect([...(await by({ w: 2 }))]).toEqual([...(await by({ scale: 3 }))])
    expect([...(await by({ w: 0 }))]).toEqual([...conditional.denoise(x, 0.4)])
    expect(() => guidedAway(conditional, unconditional, { w: -2 })).toThrow('guidance w = -2')
    expect(() => guidedAway(conditional, unconditional, { w: 1, interval: [0.6, 0.2] })).toThrow('the earlier first')
  })

  it('a large w: surer of the class, less diverse', async () => {
    const draw = async (w: number) => {
      const times = uniformTimes(24, { from: 0.995, to: 0.01 })
      const options = { sampler: heun(), times, batch: 400, seed: 4, dtype: 'float64' } as const
      return Float64Array.from(await sampleFinal(guidedAway(conditional, unconditional, { w }), options))
    }
    const [none, much] = [await draw(0), await draw(4)]
    const sureness = (samples: Float64Array) =>
      logClass(0.01)(samples).reduce((sum, log) => sum + Math.exp(log) / 400, 0)
    expect(sureness(much)).toBeGreaterThan(sureness(none) + 0.03)
    const set = (samples: Float64Array) => featureSet(Float32Array.from(samples), 2)
    const { recall } = precisionRecall(set(none), set(much))
    const same = precisionRecall(set(none), set(await draw(0.05)))
    expect(valueOf(recall)).toBeLessThan(valueOf(same.recall) - 0.2)
  })
})

describe('by a classifier', () => {
  /** ∇ log p(y | x_t), by Tweedie's formula. */
  const gradient = (x: FloatArray, t: number): FloatArray => {
    const [own, all] = [conditional.denoise(x, t), unconditional.denoise(x, t)]
    return own.map((value, i) => (schedule.alpha(t) / schedule.sigma(t) ** 2) * (value - all[i]!))
  }

  it('its gradient is what differences say', () => close(gradient(x, 0.3), gradientOf(logClass(0.3), x), 5))

  it('the exact classifier at s = 1 makes the unconditional model the conditional one', async () => {
    for (const t of [0.1, 0.5, 0.9]) {
      close(await classifierGuided(unconditional, gradient).denoise(x, t), conditional.denoise(x, t), 4)
    }
  })

  it('the mean shift draws the class', async () => {
    const samples = Float64Array.from(
      await sampleFinal(unconditional, {
        sampler: classifierAncestral(gradient),
        times: uniformTimes(60, { from: 0.995, to: 0.005 }),
        batch: 300,
        seed: 2,
        dtype: 'float64',
      }),
    )
    const mean = [0, 1].map((k) => samples.reduce((sum, value, i) => sum + (i % 2 === k ? value / 300 : 0), 0))
    expect(Math.abs(mean[0]! - 1)).toBeLessThan(0.15)
    expect(Math.abs(mean[1]! - 0.5)).toBeLessThan(0.12)
  })

  it('nothing outside the interval, nothing at s = 0', async () => {
    const options = { sampler: ddpm(), times: [0.9, 0.5, 0.1, 0], batch: 3, seed: 1, dtype: 'float64' } as const
    const plain = await sampleFinal(unconditional, options)
    const none = await sampleFinal(classifierGuided(unconditional, gradient, { scale: 0 }), options)
    const never = await sampleFinal(classifierGuided(unconditional, gradient, { interval: [0.2, 0.3] }), options)
    const shifted = await sampleFinal(unconditional, {
      ...options,
      sampler: classifierAncestral(gradient, { scale: 0 }),
    })
    expect([...none]).toEqual([...plain])
    expect([...never]).toEqual([...plain])
    close(shifted, plain, 12)
    expect(() => classifierGuided(unconditional, gradient, { scale: -1 })).toThrow('classifier scale -1')
  })
})

function valueOf(estimate: number | { readonly value: number }): number {
  return typeof estimate === 'number' ? estimate : estimate.value
}
