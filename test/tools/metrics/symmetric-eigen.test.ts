import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { multiply, symmetricEigen, symmetricSqrt } from '../../../src/tools/metrics/symmetric-eigen.ts'
import { fold, key, normal } from '../../../src/engine/random/index.ts'

const transpose = (a: Float64Array, n: number): Float64Array => a.map((_, at) => a[(at % n) * n + Math.floor(at / n)]!)
const largest = (a: Float64Array): number => a.reduce((max, value) => Math.max(max, Math.abs(value)), 0)
const difference = (a: Float64Array, b: Float64Array): number => largest(a.map((value, i) => value - b[i]!))
const identity = (n: number): Float64Array => new Float64Array(n * n).map((_, at) => (at % (n + 1) === 0 ? 1 : 0))

describe('eigenvalues and eigenvectors of symmetric matrices', () => {
  test('vectors are orthonormal rows, and give the matrix back; values ascend and sum to the trace', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), fc.nat(24), fc.nat(), (n, rank, seed) => {
        // Of any rank, also 0, and of any scale.
        const x = normal(key(seed), new Float64Array(n * n)).map((value, at) => (at / n < rank ? value : 0))
        const scale = 10 ** ((seed % 13) - 6)
        const a = multiply(transpose(x, n), x, n).map((value) => value * scale)
        const { values, vectors } = symmetricEigen(a, n)
        expect(difference(multiply(vectors, transpose(vectors, n), n), identity(n))).toBeLessThan(1e-13)
        const scaled = vectors.map((value, at) => value * values[Math.floor(at / n)]!)
        expect(difference(multiply(transpose(vectors, n), scaled, n), a)).toBeLessThanOrEqual(2e-14 * n * largest(a))
        expect(values).toEqual(values.toSorted())
        expect(values.filter((value) => value > 1e-12 * largest(a)).length).toBe(Math.min(rank, n))
      }),
      { numRuns: 60 },
    )
  })

  test('the second difference: 2 − 2 cos(kπ / (n + 1))', () => {
    const n = 40
    const a = new Float64Array(n * n).map((_, at) => [2, -1][Math.abs(Math.floor(at / n) - (at % n))] ?? 0)
    const { values } = symmetricEigen(a, n)
    values.forEach((value, i) => expect(value).toBeCloseTo(2 - 2 * Math.cos(((i + 1) * Math.PI) / (n + 1)), 13))
  })

  test('equal, zero and indefinite ones', () => {
    expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0])
    expect([...symmetricEigen(identity(4), 4).values]).toEqual([1, 1, 1, 1])
    expect(
      [...symmetricEigen(new Float64Array([0, 1, 1, 0]), 2).values].map((v) => Math.round(v * 1e14) / 1e14),
    ).toEqual([-1, 1])
    expect([...symmetricEigen(new Float64Array([-3]), 1).values]).toEqual([-3])
  })

  test('the square root of a matrix of 96 rows squares to it, singular or not', () => {
    for (const rank of [30, 96]) {
      const n = 96
      const x = normal(fold(key(1), rank), new Float64Array(n * n)).map((value, at) => (at / n < rank ? value : 0))
      const a = multiply(transpose(x, n), x, n)
      const root = symmetricSqrt(a, n)
      expect(difference(multiply(root, root, n), a)).toBeLessThan(1e-11 * largest(a))
      expect(difference(root, transpose(root, n))).toBeLessThan(1e-12)
    }
  })
})
