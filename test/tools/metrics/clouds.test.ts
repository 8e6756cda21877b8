import { array, assert, double, integer, property, tuple } from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { key, normal, permutation } from '../../../src/engine/random/index.ts'
import { randomRotation, rotate } from '../../../src/files/data/clouds/rotation.ts'
import {
  assign,
  chamfer,
  cloudDistances,
  earthMover,
  occupancyDivergence,
  setScores,
} from '../../../src/tools/metrics/index.ts'

const random = (name: string, size: number): Float32Array => normal(key(name), new Float32Array(size))

/** All orders of 0 … n − 1. */
function orders(n: number): number[][] {
  if (n === 0) return [[]]
  return orders(n - 1).flatMap((order) =>
    Array.from({ length: n }, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]),
  )
}

const cost = (costs: ArrayLike<number>, n: number, order: readonly number[]): number =>
  order.reduce((sum, column, row) => sum + costs[row * n + column]!, 0)

describe('assignments', () => {
  const square = (value = double({ min: -5, max: 5, noNaN: true })) =>
    integer({ min: 1, max: 6 }).chain((n) =>
      tuple(array(value, { minLength: n * n, maxLength: n * n }), integer({ min: n, max: n })),
    )

  it('cost the least of all', () => {
    assert(
      property(square(), ([values, n]) => {
        const costs = Float64Array.from(values)
        const found = assign(costs, n)
        expect([...found.columns].sort()).toEqual(Array.from({ length: n }, (_, i) => i))
        expect(found.cost).toBeCloseTo(cost(costs, n, [...found.columns]), 9)
        expect(found.cost).toBeCloseTo(Math.min(...orders(n).map((order) => cost(costs, n, order))), 9)
      }),
      { numRuns: 150 },
    )
  })

  it('end with many equal costs too', () => {
    assert(
      property(square(integer({ min: 0, max: 2 }).map(Number)), ([values, n]) => {
        const costs = Float64Array.from(values)
        expect(assign(costs, n).cost).toBe(Math.min(...orders(n).map((order) => cost(costs, n, order))))
      }),
      { numRuns: 150 },
    )
  })

  it('are given up above a limit, with a number that is a bound of the least', () => {
    const n = 40
    for (let round = 0; round < 10; round++) {
      const costs = Float64Array.from(random(`limit ${round}`, n * n), Math.abs)
      const { cost: least } = assign(costs, n)
      expect(assign(costs, n, least + 1e-9).cost).toBeCloseTo(least, 9)
      for (const share of [0.5, 0.9, 0.999]) {
        const given = assign(costs, n, share * least).cost
        expect(given).toBeGreaterThan(share * least)
        expect(given).toBeLessThan(least + 1e-9)
      }
    }
  })

  it('are those of sorting on a line', () => {
    const [a, b] = ['a', 'b'].map((name) => random(name, 90).sort()) as [Float32Array, Float32Array]
    const mean = a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / 90
    const mixed = permutation(key('mixed'), 90)
    expect(
      earthMover(
        a,
        Float32Array.from(mixed, (i) => b[i]!),
        1,
      ),
    ).toBeCloseTo(mean, 6)
  })
})

describe('distances of clouds', () => {
  const [n, d] = [30, 3]
  const shuffled = (cloud: Float32Array, seed: string): Float32Array => {
    const order = permutation(key(seed), n)
    return Float32Array.from(cloud, (_, i) => cloud[order[Math.floor(i / d)]! * d + (i % d)]!)
  }

  it('are what their formulas say', () => {
    for (const axes of [2, 3, 5]) {
      const [a, b] = [random('p', 7 * axes), random('q', 9 * axes)]
      const point = (of: Float32Array, i: number): Float32Array => of.subarray(i * axes, (i + 1) * axes)
      const far = (i: number, j: number): number => Math.hypot(...point(a, i).map((x, k) => x - point(b, j)[k]!))
      const [rows, columns] = [7, 9].map((count) => Array.from({ length: count }, (_, i) => i)) as [number[], number[]]
      const forth = rows.map((i) => Math.min(...columns.map((j) => far(i, j))))
      const back = columns.map((j) => Math.min(...rows.map((i) => far(i, j))))
      const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
      const found = chamfer(a, b, axes)
      expect(found.plain).toBeCloseTo(mean(forth) + mean(back), 6)
      expect(found.squared).toBeCloseTo(mean(forth.map((x) => x * x)) + mean(back.map((x) => x * x)), 6)
      expect(found.bound).toBeCloseTo(Math.max(mean(forth), mean(back)), 6)
    }
  })

  it('mind neither the order of points, nor a pose of both, nor which comes first; and a set is no way from itself', () => {
    const [a, b] = [random('one', n * d), random('two', n * d)]
    const turn = randomRotation(key('turn'))
    const pairs = [
      [a, b],
      [b, a],
      [shuffled(a, 'x'), shuffled(b, 'y')],
      [rotate(a.slice(), turn), rotate(b.slice(), turn)],
    ] as const
    for (const [p, q] of pairs) {
      expect(chamfer(p, q, d).squared).toBeCloseTo(chamfer(a, b, d).squared, 5)
      expect(earthMover(p, q, d)).toBeCloseTo(earthMover(a, b, d), 5)
    }
    expect(earthMover(a, shuffled(a, 'z'), d)).toBe(0)
    expect(chamfer(a, shuffled(a, 'z'), d).plain).toBe(0)
  })

  it('grow with a shift: the earth mover goes exactly that far, and none is below its bound', () => {
    const a = random('still', n * d)
    const moved = a.map((x, i) => x + (i % d === 1 ? 7 : 0))
    expect(earthMover(a, moved, d)).toBeCloseTo(7, 5)
    for (let round = 0; round < 20; round++) {
      const [p, q] = [random(`p${round}`, n * d), random(`q${round}`, n * d)]
      expect(chamfer(p, q, d).bound).toBeLessThanOrEqual(earthMover(p, q, d) + 1e-9)
    }
  })

  it('refuse sets that they cannot compare', () => {
    expect(() => earthMover([0, 0], [0, 0, 1, 1], 2)).toThrow('1 and 2 points')
    expect(() => chamfer([], [0, 0], 2)).toThrow('0 coordinates are no whole points of 2')
  })
})

describe('scores of sets', () => {
  /** Items on a line, by their places. */
  const onLine = (places: readonly number[]) => ({
    count: places.length,
    bound: (i: number, j: number) => 0.5 * Math.abs(places[i]! - places[j]!),
    distance: (i: number, j: number) => Math.abs(places[i]! - places[j]!),
  })

  it('are what they are for a few items', () => {
    // drawn: 0, 1, 10; real: 2, 11, 30
    const scores = setScores(onLine([0, 1, 10, 2, 11, 30]), 3)
    expect(scores.minimumMatching).toBeCloseTo((1 + 1 + 20) / 3)
    expect(scores.coverage).toBeCloseTo(2 / 3) // 2 of 0 and 1, 11 of 10
    // 0 → 1 alike; 1: tie of 0 and 2, counted as the other kind; 10 → 11, 2 → 1, 11 → 10 the other kind; 30 → 11 alike
    expect(scores.nearestIsAlike.value).toBeCloseTo(2 / 6)
  })

  it('are the same by brute force, whatever the bounds', () => {
    const clouds = random('clouds', 24 * 12 * 3)
    const distances = cloudDistances(clouds, [12, 3])
    const exact = (i: number, j: number): number =>
      earthMover(clouds.subarray(i * 36, i * 36 + 36), clouds.subarray(j * 36, j * 36 + 36), 3)
    const pruned = setScores(distances.earthMover, 10)
    expect(pruned).toEqual(setScores({ count: 24, bound: () => 0, distance: exact }, 10))
    expect(setScores(distances.chamfer, 10)).toEqual(setScores({ ...distances.chamfer, bound: () => 0 }, 10))
  })

  it('tell sets apart that are apart, find copies, and see a collapse', () => {
    const far = setScores(onLine([0, 1, 2, 100, 101, 102]), 3)
    expect(far.nearestIsAlike.value).toBe(1)
    const copies = setScores(onLine([0, 10, 20, 0, 10, 20]), 3)
    expect(copies).toMatchObject({ minimumMatching: 0, coverage: 1, nearestIsAlike: { value: 0 } })
    expect(setScores(onLine([0, 0.1, 0.2, 0.3, 5, 9]), 3).coverage).toBeCloseTo(1 / 3)
  })
})

test('places of points: the same, apart, and a share', () => {
  const a = random('heap', 3 * 500)
  expect(occupancyDivergence(a, a, 3)).toBe(0)
  const apart = a.map((x) => x + 100)
  expect(occupancyDivergence(a, apart, 3)).toBeCloseTo(1, 9)
  expect(occupancyDivergence([0, 0, 0, 9], [0, 0, 0, 0], 1, 3)).toBeCloseTo(
    // shares ¾, ¼ against 1, 0
    0.5 * (0.75 * Math.log2(0.75 / 0.875) + 0.25 * Math.log2(0.25 / 0.125)) + 0.5 * Math.log2(1 / 0.875),
    9,
  )
})
