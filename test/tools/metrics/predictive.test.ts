/** Figures of predictive laws, by closed forms. */
import { array, assert, double, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalQuantile } from '../../../src/diffusion/denoise/normal-quantile.ts'
import { fold, key, normal } from '../../../src/engine/random/index.ts'
import {
  accuracyVersusUncertainty,
  coverage,
  predictiveCrps,
  crpsOfGaussian,
  judgeProbabilities,
  kernelNll,
  moments,
  normalCdf,
  pairedT,
  qice,
  qiceFloor,
  quantileOf,
} from '../../../src/tools/metrics/index.ts'

const normals = (count: number, name = 'test'): Float64Array => normal(fold(key(1), name), new Float64Array(count))

describe('the score CRPS', () => {
  it('of a Gaussian law is that of its quantiles', () => {
    const n = 4000
    const draws = Float64Array.from({ length: n }, (_, i) => 2 + 3 * normalQuantile((i + 0.5) / n))
    for (const y of [-4, 2, 3.5]) {
      expect(predictiveCrps({ draws, each: n }, [y])[0]).toBeCloseTo(crpsOfGaussian(2, 3, y), 2)
    }
    // at the mean: σ (√(2/π) − 1/√π)
    expect(crpsOfGaussian(2, 3, 2)).toBeCloseTo(3 * (Math.sqrt(2 / Math.PI) - 1 / Math.sqrt(Math.PI)), 6)
  })

  it('of equal draws is the absolute error', () => {
    expect([...predictiveCrps({ draws: Float64Array.of(1, 1, 1, 5, 5, 5), each: 3 }, [3, 4])]).toEqual([2, 1])
  })

  it('by pairs is that by sorting', () => {
    assert(
      property(array(double({ min: -9, max: 9, noNaN: true }), { minLength: 2, maxLength: 12 }), (draws) => {
        const n = draws.length
        const pairs = draws.flatMap((a) => draws.map((b) => Math.abs(a - b))).reduce((x, y) => x + y, 0)
        const near = draws.reduce((sum, draw) => sum + Math.abs(draw - 0.5), 0)
        const expected = near / n - pairs / (2 * n * (n - 1))
        expect(predictiveCrps({ draws: Float64Array.from(draws), each: n }, [0.5])[0]).toBeCloseTo(expected, 8)
      }),
    )
  })
})

describe('quantiles', () => {
  it('lie between numbers by Hyndman and Fan 7', () => {
    expect(quantileOf([1, 2, 4], 0.5)).toBe(2)
    expect(quantileOf([1, 2, 4], 0.75)).toBe(3)
    expect(quantileOf([1, 2, 4], 1)).toBe(4)
  })

  it('of the true law leave QICE at its floor, and 95 % of the truths inside', () => {
    const rows = 2000
    const n = 200
    const grid = Float64Array.from({ length: n }, (_, i) => normalQuantile((i + 0.5) / n))
    const draws = Float64Array.from({ length: rows * n }, (_, i) => grid[i % n]!)
    const truth = normals(rows)
    const predictive = { draws, each: n }
    expect(qice(predictive, truth)).toBeLessThan(2 * qiceFloor(rows))
    expect(Math.abs(coverage(predictive, truth) - 0.95)).toBeLessThan(0.015)
    // a law of half the width has twice the tails
    const narrow = { draws: draws.map((value) => value / 2), each: n }
    expect(qice(narrow, truth)).toBeGreaterThan(4 * qiceFloor(rows))
    expect(coverage(narrow, truth)).toBeCloseTo(2 * normalCdf(0.98) - 1, 1)
  })
})

describe('the floor of QICE', () => {
  it('is E|B/n − 1/10| of a binomial number', () => {
    expect(qiceFloor(1, 2)).toBeCloseTo(0.5, 12)
    expect(qiceFloor(2, 2)).toBeCloseTo(0.25, 12)
    for (const [rows, floor] of [
      [31, 0.0425],
      [77, 0.0274],
      [103, 0.0237],
      [160, 0.0188],
      [819, 0.0084],
      [957, 0.0077],
    ] as const) {
      expect(qiceFloor(rows)).toBeCloseTo(floor, 4)
    }
  })
})

describe('the kernel estimate', () => {
  it('of a Gaussian law is the density of twice its variance', () => {
    const n = 4000
    const draws = Float64Array.from({ length: n }, (_, i) => 3 * normalQuantile((i + 0.5) / n))
    const expected = Math.log(2 * Math.PI * 18) / 2 + 1 / 36
    expect(kernelNll({ draws, each: n }, [1])[0]).toBeCloseTo(expected, 2)
  })
})

describe('probabilities of classes', () => {
  it('have accuracy, cost, calibration and Brier score', () => {
    const report = judgeProbabilities([0.9, 0.1, 0.4, 0.6, 0.8, 0.2], [0, 1, 1])
    expect(report.accuracy).toBeCloseTo(2 / 3, 12)
    expect(report.nll).toBeCloseTo(-(Math.log(0.9) + Math.log(0.6) + Math.log(0.2)) / 3, 12)
    expect(report.ece).toBeCloseTo((0.1 + 0.4 + 0.8) / 3, 12)
    expect(report.brier).toBeCloseTo((2 * 0.01 + 2 * 0.16 + 2 * 0.64) / 3, 12)
    expect(judgeProbabilities([0, 1], [0], { least: 0.01 }).nll).toBeCloseTo(-Math.log(0.01), 12)
  })

  it('and their certainty', () => {
    expect(accuracyVersusUncertainty([true, true, false, false], [true, false, true, false])).toBe(0.5)
    // differences 1, 2, 3: mean 2, deviation 1, t = 2 √3
    expect(pairedT([2, 4, 6], [1, 2, 3])).toBeCloseTo(2 * Math.sqrt(3), 12)
    expect(pairedT([1, 1], [0, 0])).toBe(Infinity)
    expect(moments([1, 2, 3])).toEqual({ mean: 2, deviation: 1 })
  })
})
