/** Small dense matrices, row by row. */
import { TweedieError } from '../../errors.ts'

/** A `[n, k]` times B `[k, m]`. */
export function product(a: Float64Array, b: Float64Array, k: number): Float64Array {
  const [n, m] = [a.length / k, b.length / k]
  const out = new Float64Array(n * m)
  for (let i = 0; i < n; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l]!
      for (let j = 0; j < m; j++) out[i * m + j]! += factor * b[l * m + j]!
    }
  }
  return out
}

/** The transpose of A `[n, m]`. */
export function transpose(a: Float64Array, m: number): Float64Array {
  const n = a.length / m
  return Float64Array.from(a, (_, at) => a[(at % n) * m + Math.floor(at / n)]!)
}

/** A + factor · B. */
export function sum(a: Float64Array, b: Float64Array, factor = 1): Float64Array {
  return a.map((value, i) => value + factor * b[i]!)
}

/** What the triangle of a symmetric positive matrix M = L Lᵀ gives. */
export interface Triangle {
  /** L. */
  readonly root: Float64Array
  /** log det M. */
  readonly logDet: number
  /** M⁻¹ B for B `[n, m]`. */
  solve(b: Float64Array): Float64Array
}

/**
 * Cholesky's decomposition.
 *
 * @throws TweedieError `diverged` for a matrix that is not positive
 */
export function cholesky(matrix: Float64Array): Triangle {
  const n = Math.sqrt(matrix.length)
  const root = new Float64Array(n * n)
  let logDet = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * n + j]!
      for (let k = 0; k < j; k++) rest -= root[i * n + k]! * root[j * n + k]!
      if (i === j && !(rest > 0)) throw new TweedieError('diverged', 'a covariance is not positive')
      root[i * n + j] = i === j ? Math.sqrt(rest) : rest / root[j * n + j]!
    }
    logDet += 2 * Math.log(root[i * n + i]!)
  }
  return {
    root,
    logDet,
    solve(b) {
      const m = b.length / n
      const out = b.slice()
      for (let c = 0; c < m; c++) {
        for (let i = 0; i < n; i++) {
          for (let k = 0; k < i; k++) out[i * m + c]! -= root[i * n + k]! * out[k * m + c]!
          out[i * m + c]! /= root[i * n + i]!
        }
        for (let i = n - 1; i >= 0; i--) {
          for (let k = i + 1; k < n; k++) out[i * m + c]! -= root[k * n + i]! * out[k * m + c]!
          out[i * m + c]! /= root[i * n + i]!
        }
      }
      return out
    },
  }
}
