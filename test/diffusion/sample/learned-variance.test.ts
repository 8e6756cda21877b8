import { describe, expect, it } from 'vitest'
import { clipped } from '../../../src/diffusion/denoise/clip.ts'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { fromPredictionAndVariance } from '../../../src/diffusion/denoise/learned-variance.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { ddpm } from '../../../src/diffusion/sample/ddpm.ts'
import { slerp } from '../../../src/diffusion/sample/interpolate.ts'
import { ddpmLearned } from '../../../src/diffusion/sample/learned-variance.ts'
import { sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import { tableTimes } from '../../../src/diffusion/sample/table-times.ts'

const table = namedTable('linear')
const schedule = tableSchedule(table)
const times = tableTimes(table, 20)
const exact = gaussianDenoiser({ schedule, mean: [0.2, -0.1], covariance: 0.1 })

/** A network that predicts the data and this 2 v − 1. */
const network = (range: number) =>
  fromPredictionAndVariance(
    (x, t) => {
      const mean = exact.denoise(x, t)
      const out = new Float64Array(2 * x.length)
      for (let item = 0; item * 2 < x.length; item++) {
        out.set([mean[2 * item]!, mean[2 * item + 1]!, range, range], 4 * item)
      }
      return out
    },
    { schedule, shape: [2], kind: 'sample' },
  )

describe('learned variance', () => {
  it.each([
    [-1, 'small'],
    [1, 'large'],
  ] as const)('at %i it is DDPM with the %s variance', async (range, variance) => {
    const options = { times, batch: 3, seed: 1, dtype: 'float64' } as const
    const learned = await sampleFinal(network(range), { sampler: ddpmLearned(), ...options })
    const fixed = await sampleFinal(exact, { sampler: ddpm({ variance }), ...options })
    learned.forEach((value, i) => expect(value).toBeCloseTo(fixed[i]!, 10))
  })

  it('is found behind a projection, and missed with a clear error', async () => {
    const x = await sampleFinal(clipped(network(0)), { sampler: ddpmLearned(), times, batch: 2 })
    expect(Math.max(...x.map(Math.abs))).toBeLessThanOrEqual(1)
    await expect(sampleFinal(exact, { sampler: ddpmLearned(), times })).rejects.toThrow('predicts variances')
  })
})

describe('spherical interpolation', () => {
  const [a, b] = [Float64Array.of(3, 0), Float64Array.of(0, 3)]

  it('ends at both ends and keeps the length', () => {
    expect([...slerp(a, b, 0)]).toEqual([3, 0])
    slerp(a, b, 1).forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 14))
    for (const u of [0.2, 0.5, 0.9]) expect(Math.hypot(...slerp(a, b, u))).toBeCloseTo(3, 13)
  })

  it('is a straight line between latents in one line', () => {
    expect([...slerp(a, Float64Array.of(6, 0), 0.5)]).toEqual([4.5, 0])
  })
})
