/** Newton and Schulz's iteration as an expression, against the same polynomial of singular values, and of X itself. */
import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { orthogonalised, type Quintic, quintics } from '../../../src/engine/descent/index.ts'
import { constant } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { plainlyOrthogonal } from './plainly-orthogonal.ts'

const polynomial = (sigma: number, [a, b, c]: Quintic): number => a * sigma + b * sigma ** 3 + c * sigma ** 5
/** After the first `iterations` polynomials; the last of them stays. */
const lifted = (sigma: number, iterations: number): number =>
  Array.from({ length: iterations }, (_, i) => quintics[i] ?? quintics.at(-1)!).reduce(polynomial, sigma)

function valuesOf(matrices: readonly (readonly [data: Float32Array, rows: number, columns: number])[], options = {}) {
  const tensors = matrices.map(([data, rows, columns]) => constant(data, [rows, columns]))
  return evaluate(orthogonalised(tensors, options)).map(({ data }) => data as Float64Array)
}

describe('orthogonalised', () => {
  test.each([1, 2, 5, 8])('applies %i polynomials to each singular value', (iterations) => {
    const sigmas = [3, 0.5, 0.02, 0.001]
    const length = Math.hypot(...sigmas)
    const data = new Float32Array(4 * 6)
    sigmas.forEach((sigma, i) => (data[i * 6 + i] = sigma))
    const [found] = valuesOf([[data, 4, 6]], { iterations })
    sigmas.forEach((sigma, i) => {
      expect(found![i * 6 + i]).toBeCloseTo(lifted(sigma / length, iterations), 6)
    })
    expect(found!.filter((each) => Math.abs(each) > 1e-6)).toHaveLength(4)
  })

  test.each([
    [4, 0.678, 1.322],
    [5, 0.978, 1.022],
    [7, 0.9999, 1.0001],
  ])('brings singular values of 0.002 to 1 of the length near 1: %i polynomials, %f … %f', (iterations, low, high) => {
    for (let sigma = 0.002; sigma <= 1; sigma *= 1.003) {
      const value = lifted(sigma, iterations)
      expect(value).toBeGreaterThan(low)
      expect(value).toBeLessThan(high)
    }
  })

  test('each polynomial is the closest to 1 over its range: it errs as much at four places, in turn', () => {
    let [low, high] = [0.002, 1]
    for (const quintic of quintics.slice(0, 5)) {
      const error = 1 - polynomial(low, quintic)
      const values = Array.from({ length: 4001 }, (_, i) => polynomial(low + ((high - low) * i) / 4000, quintic))
      const rest = values.slice(values.indexOf(Math.max(...values.slice(0, 2000))))
      expect(Math.max(...values) - 1).toBeCloseTo(error, 3)
      expect(1 - Math.min(...rest)).toBeCloseTo(error, 3)
      expect(values.at(-1)! - 1).toBeCloseTo(error, 3)
      ;[low, high] = [1 - error, 1 + error]
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
          // The polynomials are steep near 1, the only singular value of a row: rounding grows 20,000-fold there.
          plain.forEach((each, at) => expect(Math.abs(found[at]! - each)).toBeLessThan(0.01))
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
