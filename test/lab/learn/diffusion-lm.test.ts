/** The figures of noisy embeddings against closed forms. */
import { describe, expect, test } from 'vitest'
import { sqrtSchedule } from '../../../src/diffusion/noise/index.ts'
import { boundAt } from '../../../src/lab/learn/chapters/diffusion-lm/bound.ts'
import { walked } from '../../../src/lab/learn/chapters/diffusion-lm/clamping.ts'
import { controlledShares } from '../../../src/lab/learn/chapters/diffusion-lm/control.ts'
import { lossTerms } from '../../../src/lab/learn/chapters/diffusion-lm/loss.ts'
import { noiseFigure, readable } from '../../../src/lab/learn/chapters/diffusion-lm/noise.ts'
import { places, readAt, tableOf } from '../../../src/lab/learn/chapters/diffusion-lm/words.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'

describe('words as noisy points', () => {
  test('are read by Bayes’ rule', () => {
    const [schedule, t, x] = [sqrtSchedule(), 0.3, [0.4, 0.7]]
    const p = readAt(tableOf(places), schedule, t, x)
    const weights = places.map(([a, b]) => {
      const square = (x[0]! - schedule.alpha(t) * a) ** 2 + (x[1]! - schedule.alpha(t) * b) ** 2
      return Math.exp(-square / (2 * schedule.sigma(t) ** 2))
    })
    const total = weights.reduce((sum, each) => sum + each, 0)
    weights.forEach((weight, k) => expect(p[k]).toBeCloseTo(weight / total, 9))
  })

  test('the schedule begins with σ₀ = 0.1, and ᾱ = 1 − √((t + s)/(1 + s))', async () => {
    const { numbers } = await noiseFigure.show({ ...initialValues(noiseFigure), t: 0.25 })
    expect(numbers['first']).toBeCloseTo(0.1, 12)
    expect(numbers['alphaBar']).toBeCloseTo(1 - Math.sqrt((0.25 + 1e-4) / (1 + 1e-4)), 6)
  })

  test('are all readable in faint noise, and one of six by chance at the end', () => {
    expect(readable(places, 'sqrt', 0)).toBe(1)
    expect(Math.abs(readable(places, 'cosine', 0.999) - 1 / 6)).toBeLessThan(0.08)
  })
})

describe('the loss', () => {
  test('rounding of points in one place costs log 6, and the error vanishes', () => {
    const { error, rounding } = lossTerms(1e-4)
    expect(rounding).toBeCloseTo(Math.log(6), 3)
    expect(error).toBeLessThan(1e-6)
  })

  test('far apart, rounding costs nothing', () => expect(lossTerms(6).rounding).toBeLessThan(1e-3))

  test('the error is at most that of the mean of all words', () => {
    const square = places.flat().reduce((sum, value) => sum + value ** 2, 0) / 12
    expect(lossTerms(1).error).toBeLessThan(square)
  })
})

test('clamped means are words; those of a network that errs are not', async () => {
  expect((await walked(0.25, 12, true)).away).toBe(0)
  // drawn to the middle by a quarter: a quarter of the words’ distance from it
  const { away } = await walked(0.25, 40, false)
  expect(away).toBeGreaterThan(0.25)
  expect((await walked(0, 40, false)).away).toBeLessThan(0.6 * away)
})

describe('control', () => {
  test('with λ = 1 and fresh noise draws the conditional law', async () => {
    const shares = await controlledShares(0, 'walk')
    expect(Math.abs(shares[2]! - 1 / 3)).toBeLessThan(0.11)
    expect(Math.abs(shares[3]! - 2 / 3)).toBeLessThan(0.11)
  })

  test('with a small λ the requirement holds, and without control as often as in the data', async () => {
    const climbed = await controlledShares(-2, 'climb')
    expect(climbed[2]! + climbed[3]!).toBeGreaterThan(0.9)
    const free = await controlledShares(0, 'none')
    expect(Math.abs(free[2]! + free[3]! - 0.6)).toBeLessThan(0.12)
  })
})

test('the bound of the exact denoiser is the entropy, wherever it is rounded', async () => {
  for (const from of [0.1, 0.4, 0.8]) {
    const { total } = await boundAt(from, 100)
    expect(Math.abs(total - Math.log(6))).toBeLessThan(0.12)
  }
})
