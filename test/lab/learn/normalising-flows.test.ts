/** The figures of normalising flows against closed forms. */
import { describe, expect, test } from 'vitest'
import { normalCdf } from '../../../src/diffusion/denoise/normal-quantile.ts'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { through } from '../../../src/lab/learn/chapters/normalising-flows/bent.ts'
import { areaOf, mixed } from '../../../src/lab/learn/chapters/normalising-flows/mix.ts'
import { quantileOf } from '../../../src/lab/learn/chapters/normalising-flows/quantile.ts'
import { errorsByRound } from '../../../src/lab/learn/chapters/normalising-flows/rounds.ts'
import { lengths, logSpikes, shades } from '../../../src/lab/learn/chapters/normalising-flows/shades.ts'
import {
  binAt,
  logDensityOf,
  mapped,
  ordered,
  spline,
} from '../../../src/lab/learn/chapters/normalising-flows/spline.ts'
import { evenly, logNormal, sumOf } from '../../../src/lab/learn/shared/series.ts'

describe('a spline through dragged knots', () => {
  const knots = ordered(initialValues(spline).knots)

  test('passes them', () => {
    const { y } = mapped(
      knots,
      knots.map(([x]) => x),
    )
    knots.forEach(([, height], i) => expect(y[i]).toBeCloseTo(height, 6))
  })

  test('is the quotient of parabolas within a bin', () => {
    for (const x of [-2.2, -1.2, 0.4, 1.3]) {
      const { xi, slope: s, d, e, y0, height } = binAt(knots, x)
      const both = xi * (1 - xi)
      const z = y0 + (height * (s * xi ** 2 + d * both)) / (s + (d + e - 2 * s) * both)
      expect(mapped(knots, [x]).y[0]).toBeCloseTo(z, 6)
    }
  })

  test('makes a density that integrates to one', () => {
    const x = evenly(-6, 6, 2401)
    expect((sumOf(logDensityOf(knots, x).map(Math.exp)) * 12) / 2400).toBeCloseTo(1, 5)
  })

  test('has the slope that differences have', () => {
    const [h, at] = [1e-5, 0.4]
    const { y, logDerivative } = mapped(knots, [at - h, at, at + h])
    expect(Math.exp(logDerivative[1]!)).toBeCloseTo((y[2]! - y[0]!) / (2 * h), 5)
  })

  test('knots that are dragged over each other, or out of the box, are put in order', () => {
    const tidy = ordered([
      [9, 2],
      [0, 0],
      [0, -9],
      [0, 0],
      [-9, 9],
    ])
    tidy.slice(1).forEach(([x, y], i) => {
      expect(x - tidy[i]![0]).toBeGreaterThan(0.05)
      expect(y - tidy[i]![1]).toBeGreaterThan(0.05)
    })
    expect(Math.max(...tidy.flat().map(Math.abs))).toBeLessThan(3)
  })
})

describe('couplings', () => {
  test('have the determinant of their Jacobian', () => {
    const [h, at] = [1e-5, [0.6, 0.4]]
    const moved = [
      [h, 0],
      [-h, 0],
      [0, h],
      [0, -h],
    ].flatMap(([dx, dy]) => [at[0]! + dx!, at[1]! + dy!])
    const { values: f } = through('spline', 2, 0.45, Float64Array.from(moved), 'forward')
    const [a, b, c, d] = [f[0]! - f[2]!, f[1]! - f[3]!, f[4]! - f[6]!, f[5]! - f[7]!].map((each) => each / (2 * h))
    const { logDet } = through('spline', 2, 0.45, Float64Array.from(at), 'forward')
    expect(logDet[0]).toBeCloseTo(Math.log(Math.abs(a! * d! - b! * c!)), 5)
  })

  test('are undone by their inverse', () => {
    const points = Float64Array.of(0.6, 0.4, -1.2, 0.9)
    const { values } = through('affine', 3, 0.5, points, 'forward')
    const { values: back } = through('affine', 3, 0.5, values, 'inverse')
    points.forEach((value, i) => expect(back[i]).toBeCloseTo(value, 6))
  })

  test('of strength 0 leave N(0, I)', () => {
    const { values } = through('spline', 2, 0, Float64Array.of(0.6, 0.4), 'density')
    expect(values[0]).toBeCloseTo(logNormal(0.6) + logNormal(0.4), 5)
  })
})

test('mixing changes areas by the sum of its scales, and can be undone', () => {
  const { corners, back, logDet } = mixed(3, 0.6, -0.4, [0.4, -0.1])
  expect(logDet).toBeCloseTo(0.3, 6)
  expect(Math.log(areaOf(corners))).toBeCloseTo(0.3, 6)
  ;[0, 0, 1, 0, 1, 1, 0, 1, 0, 0].forEach((value, i) => expect(back[i]).toBeCloseTo(value, 6))
})

test('every round of the way back makes one more number exact', () => {
  const rows = errorsByRound(0.8, 2)
  rows.forEach((row, round) => {
    for (let i = 0; i < round; i++) expect(row[i]!).toBeLessThan(1e-9)
  })
  expect(Math.max(...rows[3]!)).toBeGreaterThan(1e-6)
})

describe('shades', () => {
  test('with noise are at most their probability, whatever the density is', () => {
    for (const deviation of [0.01, 0.05, 0.3]) {
      for (const { dequantised, probability } of lengths(deviation))
        expect(dequantised).toBeLessThanOrEqual(probability)
    }
  })

  test('narrow spikes have the probability of the shade, and no bound at the shade itself', async () => {
    const [spike] = lengths(0.02)
    expect(spike!.probability).toBeCloseTo(Math.log(0.4), 3)
    expect(logSpikes([-1], 1e-3)[0]).toBeCloseTo(Math.log(0.4) + logNormal(0, 0, 1e-6), 6)
    const { numbers } = await shades.show({ deviation: -2 })
    expect(numbers['naive']).toBeGreaterThan(0)
  })
})

test('the quantile is that of N(0, 1) to 1.8e-4, and its rate that of differences', () => {
  const u = evenly(0.001, 0.999, 41)
  const { z, logRate } = quantileOf(u)
  u.forEach((each, i) => expect(Math.abs(normalCdf(z[i]!) - each)).toBeLessThan(1.8e-4))
  const { z: near } = quantileOf([0.3 - 1e-5, 0.3 + 1e-5])
  expect(Math.exp(quantileOf([0.3]).logRate[0]!)).toBeCloseTo((near[1]! - near[0]!) / 2e-5, 3)
  expect(logRate.every(Number.isFinite)).toBe(true)
})
