/** Numbers as normal ones by their ranks, and back. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { intervalOf, normalIn, quantilesOf, valueOf } from '../../../src/families/rows/quantiles.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

const column = fc.oneof(
  fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 200 }),
  fc.array(
    fc.integer({ min: -1e6, max: 1e6 }).map((each) => each / 100),
    { minLength: 2, maxLength: 200 },
  ),
  fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 2, maxLength: 100 }),
)

describe('a column of any numbers', () => {
  test('comes back: each of its values, from wherever in its interval', () => {
    fc.assert(
      fc.property(column, fc.double({ min: 0.001, max: 0.999, noNaN: true }), (values, place) => {
        const quantiles = quantilesOf(Float64Array.from(values))
        const span = Math.max(...values) - Math.min(...values)
        for (const value of values) {
          const found = valueOf(quantiles, normalIn(intervalOf(quantiles, value), place))
          expect(Math.abs(found - value)).toBeLessThanOrEqual(1e-9 * span)
        }
      }),
      { numRuns: 60 },
    )
  })

  test('is rising on the way back, and never leaves its ends', () => {
    fc.assert(
      fc.property(column, (values) => {
        const quantiles = quantilesOf(Float64Array.from(values))
        const drawn = Array.from({ length: 161 }, (_, i) => valueOf(quantiles, (i - 80) / 20))
        expect(drawn.every((value, i) => i === 0 || value >= drawn[i - 1]! - 1e-6 * Math.abs(value))).toBe(true)
        expect(Math.min(...drawn)).toBeGreaterThanOrEqual(Math.min(...values))
        expect(Math.max(...drawn)).toBeLessThanOrEqual(Math.max(...values))
      }),
      { numRuns: 60 },
    )
  })
})

test('of whole numbers that repeat, only those of the column are drawn, each as often', () => {
  const values = Float64Array.from({ length: 400 }, (_, i) => [0, 0, 0, 7][i % 4]!)
  const quantiles = quantilesOf(values)
  const drawn = Array.from(normal(key(1), new Float64Array(4000)), (z) => valueOf(quantiles, z))
  expect(new Set(drawn)).toEqual(new Set([0, 7]))
  expect(drawn.filter((each) => each === 7).length / 4000).toBeCloseTo(0.25, 1)
})

test('many zeros among other numbers keep their share, and the others have the decimals of the column', () => {
  const noise = normal(key(2), new Float64Array(500))
  const values = noise.map((z, i) => (i % 2 === 0 ? 0 : Math.round(100 * Math.exp(z)) / 100))
  const quantiles = quantilesOf(values)
  const drawn = Array.from(normal(key(3), new Float64Array(4000)), (z) => valueOf(quantiles, z))
  expect(drawn.filter((each) => each === 0).length / 4000).toBeCloseTo(0.5, 1)
  expect(drawn.every((each) => Math.abs(Math.round(100 * each) - 100 * each) < 1e-9)).toBe(true)
  expect(drawn.some((each) => !values.includes(each))).toBe(true)
})

test('a large column keeps a part of its values, and beyond its ends are its ends', () => {
  const quantiles = quantilesOf(normal(key(4), new Float64Array(5000)))
  expect(quantiles.values.length).toBeLessThanOrEqual(514)
  expect(intervalOf(quantiles, 100)).toEqual([quantiles.high.at(-1), quantiles.high.at(-1)])
  expect(valueOf(quantiles, 9)).toBe(quantiles.values.at(-1))
  expect(valueOf(quantiles, normalIn(intervalOf(quantiles, -100), 0.5))).toBeCloseTo(quantiles.values[0]!, 9)
})
