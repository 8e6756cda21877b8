/** Longer items by windows that are put together, against a chain whose long law is known. */
import { describe, expect, test } from 'vitest'
import type { Denoiser } from '../../../src/diffusion/denoise/index.ts'
import { differentiableGaussian } from '../../../src/diffusion/guidance/index.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/index.ts'
import { dpmSolver, logSnrTimes, sampleFinal } from '../../../src/diffusion/sample/index.ts'
import { composedAs, composedDenoiser, longFrame } from '../../../src/families/values/frames/composed.ts'
import type { Model } from '../../../src/families/values/model.ts'
import { frameOf } from '../../../src/files/data/frame.ts'

const [W, length, rho] = [8, 20, 0.6]
const model = {
  frame: frameOf([1, W, 1, 1]),
  network: { conditions: {}, config: {}, className: 'MLP', inputShape: [1, W, 1, 1] },
} as unknown as Model

describe('a chain of frames, longer than its windows', () => {
  test('has the variances and the correlations of the long chain, also over the seams', async () => {
    const schedule = cosineSchedule()
    const law = (frames: number) =>
      differentiableGaussian({
        schedule,
        mean: new Float64Array(frames),
        covariance: Float64Array.from(
          { length: frames * frames },
          (_, at) => rho ** Math.abs(Math.floor(at / frames) - (at % frames)),
        ),
        shape: [1, frames, 1, 1],
      })
    const composed = composedAs(model, { length })!
    const count = 200
    const how = {
      sampler: dpmSolver({ equation: 'sde' }),
      times: logSnrTimes(schedule, 32),
      batch: count,
      seed: 1,
      dtype: 'float64',
    } as const
    const [x, exact] = await Promise.all([
      sampleFinal(composedDenoiser(model, law(W), composed, count), how),
      // the law of all frames, from the same noise
      sampleFinal(law(length), how),
    ])
    const together = (of: ArrayLike<number>, i: number, j: number): number => {
      let sum = 0
      for (let n = 0; n < count; n++) sum += (of[n * length + i]! * of[n * length + j]!) / count
      return sum
    }
    const apart = Math.sqrt(
      Array.from(x as ArrayLike<number>).reduce((sum, value, i) => sum + (value - exact[i]!) ** 2, 0) / x.length,
    )
    expect(apart).toBeLessThan(0.1)
    for (let i = 0; i < length; i++) {
      expect(Math.abs(together(x, i, i) - together(exact, i, i))).toBeLessThan(0.05)
      expect(Math.abs(together(x, i, i) - 1)).toBeLessThan(0.4)
      // neighbours are as near where one window ends and another begins as they are within
      if (i + 1 === length) continue
      expect(Math.abs(together(x, i, i + 1) - together(exact, i, i + 1))).toBeLessThan(0.05)
      expect(Math.abs(together(x, i, i + 1) - rho)).toBeLessThan(0.35)
    }
  })
  test('windows of images whose time is folded into channels have their axis of time again', () => {
    const folded = { ...model, frame: frameOf([2, 3, 4, 4], 2, 1, 3) }
    const denoiser: Denoiser = { schedule: cosineSchedule(), shape: [24, 2, 2], denoise: (x) => x }
    const whole = composedDenoiser(folded, denoiser, { length: 5, stride: 1 }, 1)
    expect(whole.shape).toEqual([2, 5, 4, 2, 2])
    expect(longFrame({ ...folded, network: model.network }, { length: 5, stride: 1 }).network).toEqual([40, 2, 2])
  })
  test('what makes no sense is an error, and no longer item needs none', () => {
    expect(composedAs(model, { length: 8 })).toBeUndefined()
    expect(composedAs(model, { length: 9 })).toEqual({ length: 9, stride: 4 })
    expect(composedAs(model, { length: 20, overlap: 6 })).toEqual({ length: 20, stride: 2 })
    expect(() => composedAs(model, { overlap: 3 })).toThrow('longer than in training')
    expect(() => composedAs(model, { length: 9, overlap: 8 })).toThrow('from 1 to 7 of the 8 frames')
  })
})
