/** Averages of other widths from those that were kept: their profiles in closed form, and on a path of weights. */
import { assert, double, integer, property, tuple } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { averageWeights, gammaOf, innerProduct, powerEma, updateEma } from '../../../src/engine/optim/index.ts'

const profile = tuple(double({ min: 0.02, max: 0.28, noNaN: true }), integer({ min: 10, max: 1000 })).map(
  ([width, steps]) => ({ width, steps }),
)
const moments = Array.from({ length: 16 }, (_, i) => 100 * (i + 1))
const kept = moments.flatMap((steps) => [0.05, 0.1].map((width) => ({ width, steps })))

describe('profiles', () => {
  test('of one length: (γ + 1)² / (2 γ + 1) / T with themselves', () => {
    const gamma = gammaOf(0.1)
    const expected = (gamma + 1) ** 2 / (2 * gamma + 1) / 500
    expect(innerProduct({ width: 0.1, steps: 500 }, { width: 0.1, steps: 500 })).toBeCloseTo(expected, 12)
  })

  test('are multiplied as integrals are', () => {
    assert(
      property(profile, profile, (p, q) => {
        const [a, b] = [gammaOf(p.width), gammaOf(q.width)]
        const shorter = Math.min(p.steps, q.steps)
        let sum = 0
        for (let i = 0; i < 4000; i++) {
          const t = ((i + 0.5) / 4000) * shorter
          sum += (((a + 1) * (t / p.steps) ** a) / p.steps) * (((b + 1) * (t / q.steps) ** b) / q.steps)
        }
        const expected = (sum * shorter) / 4000
        expect(innerProduct(p, q) / expected).toBeCloseTo(1, 2)
      }),
      { numRuns: 20 },
    )
  })
})

describe('averageWeights', () => {
  test.each([0.05, 0.1])('of a width that was kept is that one alone: %d', (width) => {
    const { weights, error } = averageWeights(kept, { width, steps: 1600 })
    const at = kept.findIndex((each) => each.width === width && each.steps === 1600)
    weights.forEach((each, i) => expect(each).toBeCloseTo(i === at ? 1 : 0, 4))
    expect(error).toBeLessThan(1e-4)
  })

  test.each([
    [0.07, 0.01],
    [0.15, 0.02],
    [0.2, 0.04],
  ])('of another width is near it: %d, by %d', (width, most) => {
    expect(averageWeights(kept, { width, steps: 1600 }).error).toBeLessThan(most)
  })

  test('rebuilds an average that was followed', () => {
    const path = (step: number): number => Math.sin(step / 200) + 30 / (step + 30)
    const follow = (width: number, steps: number): number => {
      const average = new Float32Array(1)
      for (let i = 0; i < steps; i++) updateEma(average, Float32Array.of(path(i + 1)), powerEma(width)(i))
      return average[0]!
    }
    const { weights } = averageWeights(kept, { width: 0.15, steps: 1600 })
    const found = kept.reduce((sum, { width, steps }, i) => sum + weights[i]! * follow(width, steps), 0)
    expect(found).toBeCloseTo(follow(0.15, 1600), 2)
    expect(weights.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 12)
  })
})
