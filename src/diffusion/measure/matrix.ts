/** Dense matrices as operators: for measurements by a known matrix, and for random projections. */
import { sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { type Key, key, normal } from '../../engine/random/index.ts'
import { type LinearOperator, linearOperator } from './operator.ts'
import { denseSvd, type Svd } from './svd.ts'

/** Shapes, which the numbers do not tell. */
export interface MatrixOptions {
  readonly name?: string
  readonly from: readonly number[]
  /** Default `[rows]`. */
  readonly to?: readonly number[]
}

/**
 * y = M x.
 *
 * @param matrix row-major, `[m, n]`
 * @example
 * const sums = matrixOperator({ from: [3] }, [1, 1, 0, 0, 1, 1])
 */
export function matrixOperator(
  { name = 'matrix', from, to }: MatrixOptions,
  matrix: ArrayLike<number>,
): LinearOperator {
  const n = sizeOf(from)
  const m = to ? sizeOf(to) : matrix.length / n
  if (matrix.length !== m * n || !Number.isInteger(m) || m === 0) {
    throw new TweedieError('shape', `${name}: ${matrix.length} numbers are no matrix for items of ${n}`)
  }
  const rows = Float64Array.from(matrix)
  return linearOperator({
    name,
    from,
    to: to ?? [m],
    forward: (x) => times(rows, m, x),
    adjoint: (v) => timesTransposed(rows, m, v),
    svd: () => svdOf(rows, m, n),
  })
}

/**
 * m random directions, y = P x with P_ij ~ N(0, 1/n): compressed sensing. The norm of y is about √(m/n) that of x.
 *
 * Candès & Tao, Near-optimal signal recovery from random projections (2006), https://doi.org/10.1109/TIT.2006.885507
 */
export function randomProjection(from: readonly number[], m: number, stream: Key = key('projection')): LinearOperator {
  const n = sizeOf(from)
  if (!(Number.isInteger(m) && m > 0)) throw new TweedieError('usage', `${m} projections: a positive whole number`)
  const matrix = normal(stream, new Float64Array(m * n)).map((value) => value / Math.sqrt(n))
  return matrixOperator({ name: `${m} random projections`, from }, matrix)
}

function svdOf(matrix: Float64Array, m: number, n: number): Svd {
  const { values, left, right } = denseSvd(matrix, m, n)
  return {
    values,
    coordinates: (x) => times(right, values.length, x),
    compose: (c) => timesTransposed(right, values.length, c),
    measured: (y) => times(left, values.length, y),
  }
}

/** M x for a row-major matrix of so many rows. */
export function times(matrix: Float64Array, rows: number, x: ArrayLike<number>): Float64Array {
  const columns = matrix.length / rows
  const y = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0; j < columns; j++) sum += matrix[i * columns + j]! * x[j]!
    y[i] = sum
  }
  return y
}

/** Mᵀ v for a row-major matrix of so many rows. */
export function timesTransposed(matrix: Float64Array, rows: number, v: ArrayLike<number>): Float64Array {
  const columns = matrix.length / rows
  const x = new Float64Array(columns)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) x[j]! += matrix[i * columns + j]! * v[i]!
  return x
}
