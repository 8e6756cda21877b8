import { describe, expect, it } from 'vitest'
import { rectifiedFlow } from '../../../src/diffusion/noise/flow.ts'
import { shifted } from '../../../src/diffusion/noise/warp.ts'
import { vpSchedule } from '../../../src/diffusion/noise/vp.ts'

describe('shifted', () => {
  it('multiplies the noise level', () => {
    const [base, more] = [vpSchedule(), shifted(vpSchedule(), 2)]
    for (const t of [0.1, 0.4, 0.7]) {
      expect(more.sigma(t) / more.alpha(t)).toBeCloseTo((2 * base.sigma(t)) / base.alpha(t), 9)
      expect(more.timeOfLogSnr(more.logSnr(t))).toBeCloseTo(t, 10)
    }
  })

  it('on rectified flow is t → k t / (1 + (k − 1) t)', () => {
    const more = shifted(rectifiedFlow(), 3)
    for (const t of [0, 0.1, 0.5, 0.9, 1]) expect(more.sigma(t)).toBeCloseTo((3 * t) / (1 + 2 * t), 12)
    expect(more.sigmaRate(0.5)).toBeCloseTo(3 / 4, 6)
    expect(more.diffusion(0.5)).toBeCloseTo(rectifiedFlow().diffusion(0.75) * (3 / 4), 6)
  })

  it('refuses factors that are not positive', () => expect(() => shifted(vpSchedule(), 0)).toThrow('factor is 0'))
})
