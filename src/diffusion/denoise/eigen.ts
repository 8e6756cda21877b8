/** The eigenvalues and eigenvectors of a small symmetric matrix. */

/** C = U diag(values) Uᵀ. */
export interface Eigen {
  readonly values: Float64Array
  /** Row-major `[d, d]`; row k is the unit eigenvector of `values[k]`. */
  readonly vectors: Float64Array
}

/**
 * Jacobi's method: rotate away the off-diagonal entries, sweep after sweep, until none is left to rounding.
 *
 * @param matrix symmetric, row-major `[d, d]`; not changed
 */
export function symmetricEigen(matrix: ArrayLike<number>, d: number): Eigen {
  const a = Float64Array.from(matrix)
  const u = Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0))
  for (let sweep = 0; sweep < 64; sweep++) {
    const all = a.reduce((sum, value) => sum + value * value, 0)
    const off = a.reduce((sum, value, i) => (i % (d + 1) === 0 ? sum : sum + value * value), 0)
    if (off <= 1e-32 * all) break
    for (let p = 0; p < d; p++) for (let q = p + 1; q < d; q++) rotate(a, u, d, p, q)
  }
  return { values: Float64Array.from({ length: d }, (_, k) => a[k * d + k]!), vectors: u }
}

/** The rotation of the (p, q) plane that makes a[p, q] zero, applied to both sides of `a` and gathered in `u`. */
function rotate(a: Float64Array, u: Float64Array, d: number, p: number, q: number): void {
  const apq = a[p * d + q]!
  if (apq === 0) return
  const theta = (a[q * d + q]! - a[p * d + p]!) / (2 * apq)
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1))
  const c = 1 / Math.hypot(tangent, 1)
  const s = tangent * c
  for (let k = 0; k < d; k++) {
    const [x, y] = [a[k * d + p]!, a[k * d + q]!]
    a[k * d + p] = c * x - s * y
    a[k * d + q] = s * x + c * y
  }
  for (const rows of [a, u]) {
    for (let k = 0; k < d; k++) {
      const [x, y] = [rows[p * d + k]!, rows[q * d + k]!]
      rows[p * d + k] = c * x - s * y
      rows[q * d + k] = s * x + c * y
    }
  }
}
