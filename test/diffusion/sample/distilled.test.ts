/** Samplers of distilled models on Gaussian data, whose probability flow is known: every time of the way has the right law. */
import { expect, it } from 'vitest'
import { diracDenoiser } from '../../../src/diffusion/denoise/dirac.ts'
import type { Denoiser } from '../../../src/diffusion/denoise/denoiser.ts'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { consistency } from '../../../src/diffusion/sample/consistency.ts'
import { latentConsistency } from '../../../src/diffusion/sample/latent-consistency.ts'
import { ddim } from '../../../src/diffusion/sample/ddim.ts'
import { sample, sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import { trajectoryConsistency } from '../../../src/diffusion/sample/trajectory-consistency.ts'

const schedule = tableSchedule(namedTable('scaled_linear', { betaStart: 0.00085, betaEnd: 0.012 }))
const times = [1, 0.76, 0.5, 0.26, 0.001]
const [mean, deviation] = [0.7, 0.4]

/** The end of the probability flow of N(m, c²): m + c (x − α m)/√(α² c² + σ²). */
const jump: Denoiser = {
  schedule,
  shape: [1],
  denoise: async (x, t) => {
    const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
    return x.map((value) => mean + (deviation * (value - alpha * mean)) / Math.hypot(alpha * deviation, sigma))
  },
}

const moments = (x: ArrayLike<number>) => {
  const all = Array.from(x)
  const average = all.reduce((sum, value) => sum + value, 0) / all.length
  return [average, Math.sqrt(all.reduce((sum, value) => sum + (value - average) ** 2, 0) / all.length)] as const
}

it.each([
  ['consistency', consistency()],
  ['lcm', latentConsistency()],
])('%s: jumps to data, noised again', async (_, sampler) => {
  const count = 20_000
  for await (const { x, s } of sample(jump, { sampler, times, batch: count, seed: 1 })) {
    const [average, spread] = moments(x)
    const exact = Math.hypot(schedule.alpha(s) * deviation, schedule.sigma(s))
    // the first level of the table is no pure noise: its signal is 0.07
    expect(Math.abs(average - schedule.alpha(s) * mean)).toBeLessThan(4 * (exact / Math.sqrt(count)) + 0.03)
    expect(Math.abs(spread / exact - 1)).toBeLessThan(4 / Math.sqrt(2 * count) + 0.01)
  }
})

it.each([0.3, 1])('jumps further than wanted and back by noise (η %s)', async (eta) => {
  const count = 20_000
  const point = diracDenoiser({ schedule, shape: [1], points: [mean] })
  for await (const { x, s } of sample(point, {
    sampler: trajectoryConsistency({ eta }),
    times,
    batch: count,
    seed: 2,
  })) {
    const [average, spread] = moments(x)
    expect(Math.abs(average - schedule.alpha(s) * mean)).toBeLessThan(4 * (schedule.sigma(s) / Math.sqrt(count)) + 0.06)
    expect(Math.abs(spread / schedule.sigma(s) - 1)).toBeLessThan(4 / Math.sqrt(2 * count))
  }
})

it('without noise it is DDIM', async () => {
  const denoiser = gaussianDenoiser({ schedule, mean: [mean, -1], covariance: 0.2 })
  const x = Float64Array.of(0.3, -0.9)
  const both = await Promise.all(
    [trajectoryConsistency({ eta: 0 }), ddim()].map((sampler) => sampleFinal(denoiser, { sampler, times, x })),
  )
  both[0]!.forEach((value, i) => expect(value).toBeCloseTo(both[1]![i]!, 12))
})
