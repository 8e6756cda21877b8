/** Newton and Schulz's iteration as an expression, against the same polynomial of singular values, and of X itself. */
import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { orthogonalised, quintic, usualIterations } from '../../../src/engine/descent/index.ts'
import { constant } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { plainlyOrthogonal } from './plainly-orthogonal.ts'

const polynomial = (sigma: number): number => {
  const [a, b, c] = quintic
  return a * sigma + b * sigma ** 3 + c * sigma ** 5
}

function valuesOf(matrices: readonly (readonly [data: Float32Array, rows: number, columns: number])[], options = {}) {
  const tensors = matrices.map(([data, rows, columns]) => constant(data, [rows, columns]))
  return evaluate(orthogonalised(tensors, options)).map(({ data }) => data as Float64Array)
}

describe('orthogonalised', () => {
  test.each([1, 2, 5])('applies the polynomial %i times to each singular value', (iterations) => {
    const sigmas = [3, 0.5, 0.02, 0.001]
    const length = Math.hypot(...sigmas)
    const data = new Float32Array(4 * 6)
    sigmas.forEach((sigma, i) => (data[i * 6 + i] = sigma))
    const [found] = valuesOf([[data, 4, 6]], { iterations })
    sigmas.forEach((sigma, i) => {
      let expected = sigma / length
      for (let turn = 0; turn < iterations; turn++) expected = polynomial(expected)
      expect(found![i * 6 + i]).toBeCloseTo(expected, 6)
    })
    expect(found!.filter((each) => Math.abs(each) > 1e-6)).toHaveLength(4)
  })

  test('brings singular values of 0.006 to 1 of the length to between 0.68 and 1.21', () => {
    for (let sigma = 0.006; sigma <= 1; sigma *= 1.01) {
      let value = sigma
      for (let turn = 0; turn < usualIterations; turn++) value = polynomial(value)
      expect(value).toBeGreaterThan(0.68)
      expect(value).toBeLessThan(1.21)
    }
  })

  test('is the iteration of X itself, tall or wide, of several sizes together', () => {
    const side = integer({ min: 1, max: 7 })
    assert(
      property(side, side, side, integer(), (rows, columns, more, seed) => {
        const shapes = [
          [rows, columns],
          [rows, columns + more],
          [columns + more, rows],
        ] as const
        const matrices = shapes.map(
          ([height, width], i) =>
            [normal(key(`${seed} ${i}`), new Float32Array(height * width)), height, width] as const,
        )
        valuesOf(matrices, { factors: [1, 2, 3] }).forEach((found, i) => {
          const plain = plainlyOrthogonal(...matrices[i]!).map((each) => each * (i + 1))
          plain.forEach((each, at) => expect(found[at]).toBeCloseTo(each, 6))
        })
      }),
      { numRuns: 15 },
    )
  })

  test('of zeros is zeros, and the length of the matrix does not matter', () => {
    const data = normal(key('lengths'), new Float32Array(12))
    const [zeros, plain, small, large] = valuesOf([
      [new Float32Array(12), 3, 4],
      [data, 3, 4],
      [data.map((each) => each * 1e-9), 3, 4],
      [data.map((each) => each * 1e9), 3, 4],
    ])
    expect(zeros!.every((each) => each === 0)).toBe(true)
    plain!.forEach((each, i) => {
      expect(small![i]).toBeCloseTo(each, 4)
      expect(large![i]).toBeCloseTo(each, 4)
    })
  })
})
