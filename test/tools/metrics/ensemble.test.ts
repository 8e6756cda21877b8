/** Scores of ensembles against closed forms. */
import { describe, expect, test } from 'vitest'
import { key, normal, uniform } from '../../../src/engine/random/index.ts'
import { chiSquareTail, crps, gaussianCrps, rankHistogram, spreadSkill } from '../../../src/tools/metrics/ensemble.ts'
import { radialSpectrum } from '../../../src/tools/metrics/spectrum.ts'

const draws = (seed: string, n: number): Float64Array => normal(key(seed), new Float64Array(n))

describe('CRPS', () => {
  test('by hand: one member, two members', () => {
    expect(crps([3], [1])).toBe(2)
    expect(crps([1, 3], [2])).toBeCloseTo(0.5, 12)
    expect(crps([1, 3], [2], { fair: true })).toBeCloseTo(0, 12)
    // two places: members are rows
    expect(crps([1, 5, 3, 5], [2, 5])).toBeCloseTo(0.25, 12)
  })
  test('of a Gaussian it is the closed form: fair whatever the size, else larger by E|x − x′|/(2M)', () => {
    const [places, m, y] = [40_000, 4, 0.7]
    const members = draws('crps', m * places)
    const truth = new Float64Array(places).fill(y)
    const exact = gaussianCrps(0, 1, y)
    expect(crps(members, truth, { fair: true })).toBeCloseTo(exact, 2)
    expect(crps(members, truth) - crps(members, truth, { fair: true })).toBeCloseTo(1 / (m * Math.sqrt(Math.PI)), 2)
  })
  test('the closed form: at the mean σ (√2 − 1)/√π, far away the distance − σ/√π', () => {
    expect(gaussianCrps(1, 2, 1)).toBeCloseTo((2 * (Math.SQRT2 - 1)) / Math.sqrt(Math.PI), 10)
    expect(gaussianCrps(0, 1, 12)).toBeCloseTo(12 - 1 / Math.sqrt(Math.PI), 10)
    expect(gaussianCrps(0, 1, -12)).toBeCloseTo(12 - 1 / Math.sqrt(Math.PI), 10)
  })
})

describe('spread and skill', () => {
  test('members that are like the truth have the ratio 1, whatever their number', () => {
    for (const m of [2, 8]) {
      const [members, truth] = [draws(`members ${m}`, m * 20_000), draws('truth', 20_000)]
      const { ratio, spread, rmse } = spreadSkill(members, truth)
      expect(ratio).toBeCloseTo(1, 1.7)
      expect(spread).toBeCloseTo(1, 1.7)
      expect(rmse).toBeCloseTo(Math.sqrt(1 + 1 / m), 1.7)
    }
  })
  test('by hand; one member has no spread', () => {
    expect(spreadSkill([0, 2], [4])).toEqual({
      rmse: 3,
      spread: Math.SQRT2,
      ratio: Math.sqrt(3 / 2) * (Math.SQRT2 / 3),
    })
    expect(() => spreadSkill([1], [1])).toThrow('two members')
    expect(() => spreadSkill([1, 2, 3], [1, 2])).toThrow('no whole number of members')
  })
})

describe('rank histograms', () => {
  test('ranks, ties split', () => {
    expect(rankHistogram([1, 1, 1, 2, 2, 2], [0, 1.5, 3]).counts).toEqual([1, 1, 1])
    expect(rankHistogram([1, 1], [1]).counts).toEqual([1 / 3, 1 / 3, 1 / 3])
  })
  test('flat for members like the truth, hollow for those that are too sure', () => {
    const truth = draws('truth', 4000)
    const members = draws('members', 9 * 4000)
    expect(rankHistogram(members, truth).pValue).toBeGreaterThan(0.001)
    const sure = rankHistogram(
      members.map((value) => value / 2),
      truth,
    )
    expect(sure.pValue).toBeLessThan(1e-10)
    expect(sure.counts[0]! + sure.counts[9]!).toBeGreaterThan(2 * (4000 / 10) * 2)
  })
  test('the tail of χ²: closed form for even degrees, tables for others', () => {
    for (const x of [0.3, 2, 7, 30]) {
      expect(chiSquareTail(x, 2)).toBeCloseTo(Math.exp(-x / 2), 12)
      expect(chiSquareTail(x, 4)).toBeCloseTo(Math.exp(-x / 2) * (1 + x / 2), 12)
    }
    expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 10)
    expect(chiSquareTail(18.307038053275146, 10)).toBeCloseTo(0.05, 10)
  })
})

describe('spectra', () => {
  test('a wave lies in its ring, and all rings are the mean square', () => {
    const [rows, columns] = [8, 12]
    const wave = Float64Array.from({ length: rows * columns }, (_, i) => {
      const [y, x] = [Math.floor(i / columns), i % columns]
      return 1 + 2 * Math.cos((2 * Math.PI * 3 * y) / rows) + Math.sin((2 * Math.PI * 3 * x) / columns)
    })
    const { power } = radialSpectrum(wave, [rows, columns])
    expect(power[0]).toBeCloseTo(1, 10)
    expect(power[3]).toBeCloseTo(2, 10)
    // three waves across twelve columns are two across eight
    expect(power[2]).toBeCloseTo(0.5, 10)
    const noise = uniform(key('spectrum'), new Float64Array(2 * 7 * 5))
    const total = radialSpectrum(noise, [7, 5]).power.reduce((a, b) => a + b, 0)
    expect(total).toBeCloseTo(noise.reduce((sum, value) => sum + value * value, 0) / noise.length, 10)
  })
})
