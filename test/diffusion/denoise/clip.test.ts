import { expect, it } from 'vitest'
import { clipped, dynamicThreshold } from '../../../src/diffusion/denoise/clip.ts'
import type { Denoiser } from '../../../src/diffusion/denoise/denoiser.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'

const fixed = (mean: number[], shape: number[]): Denoiser => ({
  schedule: cosineSchedule(),
  shape,
  denoise: () => Float64Array.from(mean),
})

it('clips to the range of the data', async () => {
  const base = fixed([-3, -0.5, 0.2, 7], [4])
  expect([...(await clipped(base).denoise(new Float64Array(4), 0.5))]).toEqual([-1, -0.5, 0.2, 1])
  expect([...(await clipped(base, [0, 0.1]).denoise(new Float64Array(4), 0.5))]).toEqual([0, 0, 0.1, 0.1])
  expect(() => clipped(base, [1, -1])).toThrow('clip range')
})

it('thresholds each item at its own quantile, at least 1, and scales back', async () => {
  const base = fixed([-4, 2, 0, 1, 0.5, 0.25, -0.5, 0], [4])
  const threshold = dynamicThreshold(base, { quantile: 2 / 3, max: 10 })
  // |x₀| of the first item sorted: 0 1 2 4, so s = 2; the second stays within [−1, 1]
  expect([...(await threshold.denoise(new Float64Array(8), 0.5))]).toEqual([-1, 1, 0, 0.5, 0.5, 0.25, -0.5, 0])
})

it('remembers the denoiser before any projection', () => {
  const base = fixed([1], [1])
  const twice = clipped(dynamicThreshold(base))
  expect(twice.projection!.base).toBe(base)
  const mean = Float64Array.of(5)
  twice.projection!.apply(mean)
  expect(mean[0]).toBe(1)
})
