/** Known laws of rows, and exact draws from them. */
import {
  type MixedComponent,
  type MixedProcess,
  type MixedRows,
  emptyRows,
} from '../../../src/diffusion/mixed/index.ts'
import { fold, key, normal, uniform } from '../../../src/engine/random/index.ts'

/** Two numbers that depend on each other and on a category of three. */
export const components: readonly MixedComponent[] = [
  {
    weight: 2,
    categories: [0],
    mean: [-1, 0],
    covariance: [
      [0.3, 0.2],
      [0.2, 0.5],
    ],
  },
  {
    weight: 5,
    categories: [1],
    mean: [0.5, 0.3],
    covariance: [
      [0.4, -0.3],
      [-0.3, 0.6],
    ],
  },
  {
    weight: 3,
    categories: [2],
    mean: [0.2, -1],
    covariance: [
      [0.2, 0],
      [0, 0.1],
    ],
  },
]

/** Draws of a law, by each component's Cholesky factor. */
export function drawLaw(process: MixedProcess, law: readonly MixedComponent[], count: number, seed = 0): MixedRows {
  const rows = emptyRows(process, count)
  const picks = uniform(key(`law ${seed}`), new Float64Array(count))
  const noise = normal(fold(key(`law ${seed}`), 'normal'), new Float64Array(count * process.numbers))
  const total = law.reduce((sum, { weight }) => sum + weight, 0)
  for (let row = 0; row < count; row++) {
    let left = picks[row]! * total
    const one = law.find(({ weight }) => (left -= weight) < 0) ?? law[0]!
    const factor = cholesky(one.covariance)
    one.mean.forEach((mean, i) => {
      rows.numbers[row * process.numbers + i] =
        mean + factor[i]!.reduce((sum, each, j) => sum + each * noise[row * process.numbers + j]!, 0)
    })
    one.categories.forEach((k, c) => (rows.categories[row * process.columns.length + c] = k))
  }
  return rows
}

/** L with L Lᵀ = the matrix. */
export function cholesky(matrix: readonly (readonly number[])[]): number[][] {
  const l = matrix.map((row) => row.map(() => 0))
  matrix.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const rest = row[j]! - l[i]!.reduce((sum, each, k) => (k < j ? sum + each * l[j]![k]! : sum), 0)
      l[i]![j] = i === j ? Math.sqrt(rest) : rest / l[j]![j]!
    }
  })
  return l
}

/** Mean and covariance of some rows of numbers. */
export function momentsOf(rows: readonly (readonly number[])[]): { mean: number[]; covariance: number[][] } {
  const width = rows[0]!.length
  const mean = Array.from({ length: width }, (_, i) => rows.reduce((sum, row) => sum + row[i]!, 0) / rows.length)
  const covariance = mean.map((a, i) =>
    mean.map((b, j) => rows.reduce((sum, row) => sum + (row[i]! - a) * (row[j]! - b), 0) / rows.length),
  )
  return { mean, covariance }
}
