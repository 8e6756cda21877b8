import { describe, expect, it, test } from 'vitest'
import type { Conditions } from '../../../src/diffusion/denoise/conditions.ts'
import type { DenoiseContext, Denoiser, FloatArray } from '../../../src/diffusion/denoise/denoiser.ts'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { classifierFree } from '../../../src/diffusion/guidance/cfg.ts'
import { composed, composedOf } from '../../../src/diffusion/guidance/composed.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { timesOf } from '../../../src/diffusion/sample/default-times.ts'
import { ddim } from '../../../src/diffusion/sample/ddim.ts'
import { sampleFinal } from '../../../src/diffusion/sample/sample.ts'

const schedule = cosineSchedule()
const x = Float64Array.of(0.4, 0.3, -0.2, 0.8, 1.5, -0.7)

/** The law of x₀ under two conditions, of which 0 means nothing: N(a, 0.3), N(0, 1) without. */
const mu = (a: number, b: number): number[] => [a + 0.5 * b, a - b]
const varianceOf = (a: number, b: number): number => (a === 0 && b === 0 ? 1 : 0.3)
const conditional: Denoiser = {
  schedule,
  shape: [2],
  denoise(given: FloatArray, t: number, { conditions = {} }: DenoiseContext = {}) {
    const out = given.slice()
    for (let i = 0; i < given.length / 2; i++) {
      const [a, b] = [conditions['a']![i]!, conditions['b']![i]!]
      const law = gaussianDenoiser({ schedule, mean: mu(a, b), covariance: varianceOf(a, b) })
      out.set(law.denoise(given.slice(2 * i, 2 * i + 2), t), 2 * i)
    }
    return out
  },
}
const given = (a: number, b: number): Conditions => ({ a: Float32Array.of(a), b: Float32Array.of(b) })
const nothing = given(0, 0)
const ofAll = (a: number, b: number): Conditions => ({
  a: new Float32Array(3).fill(a),
  b: new Float32Array(3).fill(b),
})

describe('guidance over several conditions', () => {
  it('one condition of weight s is guidance of scale s', async () => {
    for (const scale of [0, 1, 3.5]) {
      const one = composed(conditional, [{ conditions: given(2, 1), weight: scale }], { nothing })
      const usual = classifierFree(conditional, { scale, nothing })
      const [a, b] = [await one.denoise(x, 0.5), await usual.denoise(x, 0.5, { conditions: ofAll(2, 1) })]
      a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 12))
    }
  })

  it('multiplies noisy densities: of Gaussians, precisions add up', async () => {
    const terms = [
      { conditions: { a: Float32Array.of(2) }, weight: 0.8 },
      { conditions: { b: Float32Array.of(-1) }, weight: 1.5 },
    ]
    for (const t of [0.1, 0.5, 0.9]) {
      const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
      const noisy = (a: number, b: number) => ({
        precision: 1 / (alpha ** 2 * varianceOf(a, b) + sigma ** 2),
        mean: mu(a, b).map((m) => alpha * m),
      })
      const [none, first, second] = [noisy(0, 0), noisy(2, 0), noisy(0, -1)]
      const weighted = [
        [none, 1 - 0.8 - 1.5],
        [first, 0.8],
        [second, 1.5],
      ] as const
      const precision = weighted.reduce((sum, [law, w]) => sum + w * law.precision, 0)
      const middle = [0, 1].map(
        (axis) => weighted.reduce((sum, [law, w]) => sum + w * law.precision * law.mean[axis]!, 0) / precision,
      )
      for (const batch of [undefined, 5]) {
        const mean = await composed(conditional, terms, { nothing, batch }).denoise(x, t)
        expect(mean).toHaveLength(x.length)
        // the score (α D − x) / σ² is that of N(middle, 1 / precision)
        mean.forEach((value, i) => {
          const score = (alpha * value - x[i]!) / sigma ** 2
          expect(score).toBeCloseTo(-precision * (x[i]! - middle[i % 2]!), 8)
        })
      }
    }
  })

  test('conditions that a term does not name are those of the call', async () => {
    const terms = [{ conditions: { a: Float32Array.of(2) }, weight: 2 }]
    const b = Float32Array.of(1, 2, 3)
    const mean = await composed(conditional, terms, { nothing: { a: Float32Array.of(0) } }).denoise(x, 0.4, {
      conditions: { b },
    })
    const at = (a: number) => conditional.denoise(x, 0.4, { conditions: { a: new Float32Array(3).fill(a), b } })
    const [none, with2] = [await at(0), await at(2)]
    mean.forEach((value, i) => expect(value).toBeCloseTo(none[i]! + 2 * (with2[i]! - none[i]!), 12))
  })

  it('draws from N(μ_∅ + Σ w (μ_i − μ_∅), C) where all laws have one covariance', async () => {
    const law = (mean: number[]) => gaussianDenoiser({ schedule, mean, covariance: 0.25 })
    const denoiser = composedOf(law([0, 0]), [
      { denoiser: law([1, 0]), weight: 2 },
      { denoiser: law([0, 1]), weight: -1 },
    ])
    const items = 4000
    const drawn = await sampleFinal(denoiser, { sampler: ddim(), times: timesOf(schedule, 60), batch: items, seed: 3 })
    for (const [axis, expected] of [2, -1].entries()) {
      const values = Array.from({ length: items }, (_, i) => drawn[2 * i + axis]!)
      const mean = values.reduce((sum, value) => sum + value, 0) / items
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / items
      expect(mean).toBeCloseTo(expected, 1)
      expect(Math.abs(variance - 0.25)).toBeLessThan(0.03)
    }
  })

  it('refuses what makes no sense', async () => {
    const term = { conditions: given(1, 1), weight: 1 }
    expect(() => composed(conditional, [], { nothing })).toThrow('needs one at least')
    expect(() => composed(conditional, [{ ...term, weight: Number.NaN }], { nothing })).toThrow('of weight NaN')
    expect(() => composed(conditional, [term], { nothing: { a: Float32Array.of(0) } })).toThrow(
      'the condition b has no',
    )
    const long = { conditions: { a: Float32Array.of(1, 2) }, weight: 1 }
    await expect(composed(conditional, [long], { nothing }).denoise(x, 0.5)).rejects.toThrow(
      '2 numbers of the condition a',
    )
    await expect(composed(conditional, [term], { nothing, batch: 2 }).denoise(x, 0.5)).rejects.toThrow('3 items for')
    const other = { ...conditional, shape: [3] }
    expect(() => composedOf(conditional, [{ denoiser: other, weight: 1 }])).toThrow('denoisers of [2] and [3]')
  })
})
