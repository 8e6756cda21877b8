/** L Lᵀ = M, and what is solved by it. */

export interface Cholesky {
  /** log det M. */
  readonly logDet: number
  /** L⁻¹ b. */
  lower(b: ArrayLike<number>): Float64Array
  /** M⁻¹ b. */
  solve(b: ArrayLike<number>): Float64Array
}

/**
 * @param matrix symmetric and positive, row by row, `[n, n]`
 */
export function cholesky(matrix: ArrayLike<number>, n: number): Cholesky {
  const l = new Float64Array(n * n)
  let logDet = 0
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j]!
    }
    logDet += 2 * Math.log(l[i * n + i]!)
  }
  const lower = (b: ArrayLike<number>): Float64Array => {
    const out = new Float64Array(n)
    for (let i = 0; i < n; i++) {
      let sum = b[i]!
      for (let k = 0; k < i; k++) sum -= l[i * n + k]! * out[k]!
      out[i] = sum / l[i * n + i]!
    }
    return out
  }
  return {
    logDet,
    lower,
    solve(b) {
      const out = lower(b)
      for (let i = n - 1; i >= 0; i--) {
        for (let k = i + 1; k < n; k++) out[i]! -= l[k * n + i]! * out[k]!
        out[i]! /= l[i * n + i]!
      }
      return out
    },
  }
}
