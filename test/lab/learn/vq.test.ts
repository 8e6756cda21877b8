/** The figures of vector quantisation against closed forms. */
import { describe, expect, test } from 'vitest'
import { initialValues } from '../../../src/lab/learn/figure.ts'
import { bits, entropyBits, placesOf, shares } from '../../../src/lab/learn/chapters/vq/bits.ts'
import { cellsFigure, manyTokensOf, tokensOf } from '../../../src/lab/learn/chapters/vq/cells.ts'
import { perplexity, trained } from '../../../src/lab/learn/chapters/vq/learning.ts'
import { passed } from '../../../src/lab/learn/chapters/vq/straight.ts'
import { lattice } from '../../../src/lab/learn/shared/series.ts'

test('each point belongs to the nearest vector, of equals the first', () => {
  const { codebook } = initialValues(cellsFigure)
  const points = lattice({ x: [-2, 2], y: [-2, 2] }, 15)
  expect([...manyTokensOf(points, codebook)]).toEqual([...tokensOf(points, codebook)])
  tokensOf(points, codebook).forEach((token, i) => {
    const distances = codebook.map(([a, b]) => (points[2 * i]! - a) ** 2 + (points[2 * i + 1]! - b) ** 2)
    expect(distances[token]).toBeCloseTo(Math.min(...distances), 12)
  })
  expect(
    tokensOf(
      [0, 5],
      [
        [-1, 0],
        [1, 0],
        [1, 0],
      ],
    )[0],
  ).toBe(0)
})

test('the figure says the cell and the distance', async () => {
  const { numbers } = await cellsFigure.show({
    codebook: [
      [0, 0],
      [1, 1],
    ],
    x: 0.9,
    y: 0.7,
  })
  expect(numbers).toMatchObject({ token: 2 })
  expect(numbers['distance']).toBeCloseTo(Math.hypot(0.1, 0.3), 9)
})

describe('straight through', () => {
  test('h gets the gradient at the vector, e − target', () => {
    const { e, gradient, loss } = passed([0.7, -0.05], [1.5, 1.5])
    expect(gradient[0]).toBeCloseTo(e[0] - 1.5, 6)
    expect(gradient[1]).toBeCloseTo(e[1] - 1.5, 6)
    expect(loss).toBeCloseTo(0.5 * ((e[0] - 1.5) ** 2 + (e[1] - 1.5) ** 2), 6)
  })

  test('the loss itself is flat within a cell', () => {
    expect(passed([0.25, -0.25], [1.5, 1.5]).loss).toBe(passed([0.3, -0.2], [1.5, 1.5]).loss)
  })
})

describe('a codebook', () => {
  test('uses more of its vectors with places for unused ones, and comes nearer', async () => {
    const [alone, revived] = [await trained('alone'), await trained('revived')]
    const [a, b] = [alone.at(-1)!, revived.at(-1)!]
    expect(new Set(b.tokens).size).toBeGreaterThan(new Set(a.tokens).size)
    expect(b.distance).toBeLessThan(a.distance)
    expect(alone[0]!.distance).toBe(revived[0]!.distance)
  })

  test('has the perplexity of its shares', () => {
    expect(perplexity([0, 1, 2, 3], 4)).toBeCloseTo(4, 12)
    expect(perplexity([1, 1, 1], 4)).toBe(1)
  })
})

test('tokens cost log₂ K, and their entropy with a prior', async () => {
  expect(entropyBits(shares(64, 1))).toBeCloseTo(6, 12)
  expect(entropyBits([0.5, 0.25, 0.25])).toBeCloseTo(1.5, 12)
  expect(placesOf(2)).toBe(49)
  const { numbers } = await bits.show({ log: 8, ratio: 1, halvings: 2 })
  expect(numbers['perPixel']).toBeCloseTo(0.5, 12)
  expect(numbers['learned']).toBeCloseTo(0.5, 9)
})
