import { describe, expect, it } from 'vitest'
import { clipped } from '../../../src/diffusion/denoise/clip.ts'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { mixtureDenoiser } from '../../../src/diffusion/denoise/mixture.ts'
import type { VarianceDenoiser } from '../../../src/diffusion/denoise/learned-variance.ts'
import { logCdf, logProbability } from '../../../src/diffusion/likelihood/discretised-gaussian.ts'
import { bitsPerDim, estimate } from '../../../src/diffusion/likelihood/units.ts'
import { bestVariance, decoderMeans } from '../../../src/diffusion/likelihood/decoder-variance.ts'
import { type BoundOptions, boundTimes, variationalBound } from '../../../src/diffusion/likelihood/variational-bound.ts'
import { priorKl, transition } from '../../../src/diffusion/noise/kernel.ts'
import { namedSchedule } from '../../../src/diffusion/noise/named.ts'
import { tableOfSchedule, tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { randomNoise } from '../../../src/diffusion/sample/noise-source.ts'
import { average, blobs, drawBlobs, drawGaussian, gaussian } from './support.ts'

const vp = namedSchedule('vp')
const levels = (steps: number) => tableSchedule(tableOfSchedule(vp, steps))

/** The mean over items of the bound less the truth. */
async function gap(steps: number, n: number, options: BoundOptions = {}): Promise<number> {
  const denoiser = gaussianDenoiser({ schedule: levels(steps), ...gaussian })
  const x0 = drawGaussian(n, 5)
  const { total } = await variationalBound(denoiser, x0, { seed: 2, ...options })
  return average(total) + average(gaussianDenoiser({ schedule: vp, ...gaussian }).logDensity(x0, 0))
}

describe('on Gaussian data', () => {
  it('the bound lies above the truth and tightens as T grows', async () => {
    const gaps = [await gap(10, 2000), await gap(100, 1000), await gap(1000, 300)]
    expect(gaps[0]).toBeGreaterThan(gaps[1]!)
    expect(gaps[1]).toBeGreaterThan(gaps[2]!)
    expect(gaps[2]).toBeGreaterThan(0)
    expect(gaps[2]).toBeLessThan(0.1)
  })

  it('with the exact variance it is the truth at any T, up to the prior', async () => {
    // equal variances in all directions, so that one number says Var[x₀ | x_t] exactly
    const law = { mean: [0.5, -0.3], covariance: 0.4 }
    for (const [steps, n] of [
      [3, 6000],
      [30, 2000],
    ] as const) {
      const denoiser = gaussianDenoiser({ schedule: levels(steps), ...law })
      const x0 = drawGaussian(n, 6).map(
        (_, i, all) =>
          law.mean[i % 2]! +
          Math.sqrt(0.4) * ((all[i]! - gaussian.mean[i % 3]!) / Math.sqrt(gaussian.covariance[i % 3]!)),
      )
      const { total } = await variationalBound(denoiser, x0, {
        variance: (t) => denoiser.variance(Float64Array.of(0, 0), t)[0]!,
      })
      const truth = denoiser.logDensity(x0, 0)
      const { value, standardError } = estimate(total.map((nats, i) => nats + truth[i]!))
      expect(Math.abs(value)).toBeLessThan(4 * standardError! + 1e-3)
      expect(standardError).toBeLessThan(0.05)
    }
  })

  it('the exact variance is better than β̃ and β at few steps', async () => {
    const denoiser = gaussianDenoiser({ schedule: levels(10), ...gaussian })
    const best = await gap(10, 1500, { variance: (t) => average(denoiser.variance(new Float64Array(3), t)) })
    expect(best).toBeLessThan((await gap(10, 1500, { variance: 'small' })) / 2)
    expect(best).toBeLessThan(await gap(10, 1500, { variance: 'large' }))
  })

  it('some terms stand for all', async () => {
    const denoiser = gaussianDenoiser({ schedule: levels(1000), ...gaussian })
    const x0 = drawGaussian(400, 9)
    const all = await variationalBound(denoiser, x0)
    const some = await variationalBound(denoiser, x0, { terms: 100 })
    expect(some.transitions).toHaveLength(100)
    expect(some.transitions.reduce((sum, { weight }) => sum + weight, 0)).toBe(999)
    expect(Math.abs(average(some.total) - average(all.total))).toBeLessThan(0.1)
    expect(all.transitions).toHaveLength(999)
  })

  it('an item has the same bound in any batch', async () => {
    const denoiser = gaussianDenoiser({ schedule: levels(20), ...gaussian })
    const x0 = drawGaussian(3, 9)
    const { total } = await variationalBound(denoiser, x0)
    const last = await variationalBound(denoiser, x0.slice(6), { firstItem: 2 })
    expect(last.total[0]).toBe(total[2])
  })
})

it('on a mixture the bound of 1000 levels is above the truth, by little', async () => {
  const denoiser = mixtureDenoiser({ schedule: tableSchedule(namedTable('linear')), components: blobs })
  const x0 = drawBlobs(300, 3)
  const truth = mixtureDenoiser({ schedule: vp, components: blobs.map((blob) => ({ ...blob })) }).logDensity(x0, 1e-6)
  const { total } = await variationalBound(denoiser, x0)
  const { value, standardError } = estimate(total.map((nats, i) => nats + truth[i]!))
  expect(value).toBeGreaterThan(-2 * standardError!)
  expect(value).toBeLessThan(0.1)
})

it('learned variances: v = 1 is β, v = 0 is β̃', async () => {
  const base = gaussianDenoiser({ schedule: levels(10), ...gaussian })
  const x0 = drawGaussian(20, 4)
  for (const [v, variance] of [
    [0, 'small'],
    [1, 'large'],
  ] as const) {
    const learned: VarianceDenoiser = { ...base, fraction: () => new Float64Array(60).fill(v) }
    const { total } = await variationalBound(learned, x0)
    const fixed = await variationalBound(base, x0, { variance })
    total.forEach((nats, i) => expect(nats).toBeCloseTo(fixed.total[i]!, 9))
  }
  await expect(variationalBound(base, x0, { variance: 'learned' })).rejects.toThrow('predicts them')
})

it('the linear table forgets images: D_KL(q(x_T) ‖ N) is about 1e-5 bits/dim', async () => {
  const schedule = tableSchedule(namedTable('linear'))
  const kl = priorKl(schedule, 1, 0.25)
  expect(kl).toBeGreaterThan(1e-6)
  expect(kl).toBeLessThan(2e-5)
  const { prior } = await variationalBound(gaussianDenoiser({ schedule, mean: [0] }), Float64Array.of(0.5, -0.5), {
    terms: 1,
  })
  expect(prior[0]! / kl).toBeCloseTo(1, 6)
})

describe('the decoder', () => {
  const values = (n: number, spread: number): [data: Float64Array, means: Float64Array] => {
    const z = normal(key(8), new Float64Array(2 * n))
    const data = z.subarray(0, n).map((x) => Math.max(-1, Math.min(1, Math.round((x * 0.6 + 1) * 127.5) / 127.5 - 1)))
    return [data, data.map((x, i) => x + spread * z[n + i]!)]
  }

  it('its best variance is the mean square error of densities, and of wide Gaussians on bytes', () => {
    const [data, means] = values(4000, 0.08)
    const square = average(data.map((x, i) => (x - means[i]!) ** 2))
    expect(bestVariance(data, means)).toBeCloseTo(square, 12)
    const inner = Array.from(data, (x, i) => [x, means[i]!] as const).filter(([x]) => Math.abs(x) < 0.999)
    const [x, m] = [0, 1].map((part) => Float64Array.from(inner, (pair) => pair[part]!)) as [Float64Array, Float64Array]
    expect(Math.sqrt(bestVariance(x, m, {}) / average(x.map((each, i) => (each - m[i]!) ** 2)))).toBeCloseTo(1, 1)
  })

  it.each([0.0005, 0.02, 0.3])('no other variance makes bytes likelier: errors of %d', (spread) => {
    const [data, means] = values(2000, spread)
    const cost = (sigma: number) =>
      -data.reduce((sum, x, i) => sum + logProbability(x, means[i]!, sigma), 0) / data.length
    const best = Math.sqrt(bestVariance(data, means, {}))
    const others = [0.5, 0.8, 0.95, 1.05, 1.3, 2].map((factor) => cost(factor * best))
    // far below a bin's width all widths are alike
    expect(cost(best)).toBeLessThanOrEqual(Math.min(...others) + 1e-6)
    if (spread > 0.01) expect(Math.max(...others)).toBeGreaterThan(cost(best) + 0.01)
  })

  it('has the variance that it is given, and the transitions do not change', async () => {
    const denoiser = gaussianDenoiser({ schedule: levels(10), ...gaussian })
    const x0 = drawGaussian(200, 9)
    const step = await variationalBound(denoiser, x0, { variance: 'large' })
    const beta = transition(denoiser.schedule, 0, 0.1).variance
    const same = await variationalBound(denoiser, x0, { variance: 'large', decoderVariance: beta })
    expect(average(same.total)).toBeCloseTo(average(step.total), 9)
    const data = await decoderMeans(denoiser, 0.1, x0, randomNoise(3, { seed: 0 }))
    const best = await variationalBound(denoiser, x0, { variance: 'large', decoderVariance: bestVariance(x0, data) })
    expect(average(best.decoder)).toBeLessThan(average(step.decoder) - 0.01)
    expect(best.transitions.map(({ nats }) => average(nats))).toEqual(step.transitions.map(({ nats }) => average(nats)))
    await expect(variationalBound(denoiser, x0, { decoderVariance: 0 })).rejects.toThrow("the decoder's variance is 0")
  })

  it('looks at the mean before it was clipped, where bins reach to infinity', async () => {
    const base = gaussianDenoiser({ schedule: levels(10), mean: [-1.2], covariance: 0.01 })
    const x0 = new Float64Array(50).fill(-1)
    const options = { bins: {}, decoderVariance: 0.01 }
    const [free, bound] = [
      await variationalBound(base, x0, options),
      await variationalBound(clipped(base), x0, options),
    ]
    expect(average(bound.decoder)).toBe(average(free.decoder))
    expect(average(bound.total)).toBeLessThan(average(free.total))
  })

  it('is looked at first, and then the terms that stand for all', () => {
    const times = Array.from({ length: 100 }, (_, i) => (i + 1) / 100)
    const seen = boundTimes(times, { terms: 7, seed: 3 })
    expect(seen).toHaveLength(8)
    expect(seen[0]).toBe(0.01)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(boundTimes(times)).toEqual(times)
  })
})

describe('the discretised Gaussian', () => {
  const values = Array.from({ length: 256 }, (_, i) => i / 127.5 - 1)

  it.each([
    [0.1, 0.3],
    [-0.99, 0.004],
    [3, 0.2],
    [0, 1e-3],
  ])('its probabilities add up to one: μ = %d, σ = %d', (mean, sigma) => {
    const total = values.reduce((sum, x) => sum + Math.exp(logProbability(x, mean, sigma)), 0)
    expect(total).toBeCloseTo(1, 12)
  })

  it('is density times width where the bins are narrow', () => {
    const [x, mean, sigma] = [values[100]!, 0.2, 2]
    const density = -(((x - mean) / sigma) ** 2) / 2 - Math.log(sigma * Math.sqrt(2 * Math.PI))
    expect(logProbability(x, mean, sigma)).toBeCloseTo(density + Math.log(2 / 255), 5)
  })

  it('does not underflow, and treats both sides alike', () => {
    expect(logProbability(values[200]!, values[50]!, 0.01)).toBeGreaterThan(-8000)
    expect(logProbability(values[200]!, values[50]!, 0.01)).toBeLessThan(-6000)
    expect(logProbability(0.2, -0.5, 0.01)).toBeCloseTo(logProbability(-0.2, 0.5, 0.01), 6)
    // log Φ across the place where the formula changes, against 50 digits
    expect(logCdf(-5.999)).toBeCloseTo(-20.730610955, 8)
    expect(logCdf(-6.001)).toBeCloseTo(-20.742927921, 8)
    expect(logCdf(-10)).toBeCloseTo(-53.2312851505, 7)
  })

  it('makes L₀ a code length: never below zero', async () => {
    const denoiser = gaussianDenoiser({ schedule: levels(100), mean: [0], covariance: 1e-6 })
    const { decoder } = await variationalBound(denoiser, Float64Array.of(values[127]!, values[128]!), { bins: {} })
    for (const nats of decoder) expect(nats).toBeGreaterThanOrEqual(0)
  })
})

it('refuses times that fall, and a schedule without levels', async () => {
  const denoiser = gaussianDenoiser({ schedule: vp, ...gaussian })
  await expect(variationalBound(denoiser, drawGaussian(1, 1))).rejects.toThrow('has no levels')
  await expect(variationalBound(denoiser, drawGaussian(1, 1), { times: [0.5, 0.2] })).rejects.toThrow('must rise')
})

it('bits per dimension', () => expect(bitsPerDim(8 * Math.LN2, 8)).toBe(1))
