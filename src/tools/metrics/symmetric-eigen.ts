/**
 * Eigenvalues and eigenvectors of a symmetric matrix, in double precision: Householder's reduction to a tridiagonal
 * matrix, then QL steps with implicit shifts. Matrices are row by row, `[n, n]`.
 *
 * Wilkinson, Householder's method for symmetric matrices (1962); Bowdler, Martin, Reinsch & Wilkinson, The QR and QL
 * algorithms for symmetric matrices (1968).
 */
import { TweedieError } from '../../errors.ts'

/** `values` ascending; row i of `vectors`, `[n, n]`, is the unit eigenvector of `values[i]`. */
export interface SymmetricEigen {
  readonly values: Float64Array
  readonly vectors: Float64Array
}

/**
 * A = Σᵢ λᵢ vᵢ vᵢᵀ. The error of an eigenvalue is of the order of the largest one's rounding error.
 *
 * @param matrix `[n, n]`, symmetric (only its lower triangle is read)
 */
export function symmetricEigen(matrix: Float64Array, n: number): SymmetricEigen {
  const { diagonal, offDiagonal, vectors } = tridiagonalise(matrix, n)
  diagonalise(diagonal, offDiagonal, vectors, n)
  const order = Array.from(diagonal.keys()).sort((i, j) => diagonal[i]! - diagonal[j]!)
  const sorted = new Float64Array(n * n)
  order.forEach((from, to) => sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n))
  return { values: diagonal.toSorted(), vectors: sorted }
}

/**
 * The square root of a positive semi-definite matrix: Σᵢ √λᵢ vᵢ vᵢᵀ. Negative eigenvalues are rounding errors of zero.
 *
 * @param matrix `[n, n]`
 */
export function symmetricSqrt(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, n)
  // With B the rows λᵢ^{1/4} vᵢ, the root is BᵀB.
  const scaled = vectors.map((value, at) => value * Math.sqrt(Math.sqrt(Math.max(0, values[Math.floor(at / n)]!))))
  const root = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = scaled.subarray(i * n, (i + 1) * n)
    for (let j = 0; j < n; j++) addScaled(root.subarray(j * n, (j + 1) * n), row, row[j]!)
  }
  return root
}

/** The product of two square matrices. */
export function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const product = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    const row = product.subarray(i * n, (i + 1) * n)
    for (let k = 0; k < n; k++) addScaled(row, b.subarray(k * n, (k + 1) * n), a[i * n + k]!)
  }
  return product
}

interface Tridiagonal {
  readonly diagonal: Float64Array
  /** Element i couples i and i + 1; the last is 0. */
  readonly offDiagonal: Float64Array
  /** Rows are the columns of Q in A = Q T Qᵀ. */
  readonly vectors: Float64Array
}

/**
 * One reflection H = I − β v vᵀ a column, chosen so that it zeroes what lies below the subdiagonal. On the rest of the
 * matrix, H A H = A − v wᵀ − w vᵀ with p = β A v and w = p − (β vᵀp / 2) v.
 */
function tridiagonalise(matrix: Float64Array, n: number): Tridiagonal {
  const a = Float64Array.from(matrix, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return matrix[Math.max(i, j) * n + Math.min(i, j)]!
  })
  const offDiagonal = new Float64Array(n)
  const reflections: { first: number; beta: number; v: Float64Array }[] = []
  for (let k = 0; k < n - 2; k++) {
    const first = k + 1
    const v = Float64Array.from({ length: n - first }, (_, i) => a[(first + i) * n + k]!)
    const norm = Math.sqrt(dot(v, v))
    const alpha = v[0]! > 0 ? -norm : norm
    offDiagonal[k] = alpha
    v[0]! -= alpha
    const length2 = dot(v, v)
    if (length2 === 0) continue
    const beta = 2 / length2
    reflections.push({ first, beta, v })
    const row = (i: number): Float64Array => a.subarray((first + i) * n + first, (first + i + 1) * n)
    const p = v.map((_, i) => beta * dot(row(i), v))
    const half = (beta * dot(v, p)) / 2
    const w = p.map((value, i) => value - half * v[i]!)
    for (let i = 0; i < v.length; i++) {
      addScaled(row(i), w, -v[i]!)
      addScaled(row(i), v, -w[i]!)
    }
  }
  if (n > 1) offDiagonal[n - 2] = a[(n - 1) * n + n - 2]!
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  // Qᵀ = (H₀ H₁ …)ᵀ: from the last reflection to the first, each acts on the columns that it touches.
  for (const { first, beta, v } of reflections.reverse()) {
    for (let i = first; i < n; i++) {
      const row = vectors.subarray(i * n + first, (i + 1) * n)
      addScaled(row, v, -beta * dot(row, v))
    }
  }
  return { diagonal: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), offDiagonal, vectors }
}

/** QL steps, in place: the off-diagonal vanishes, the diagonal becomes the eigenvalues, the rows the eigenvectors. */
function diagonalise(d: Float64Array, e: Float64Array, vectors: Float64Array, n: number): void {
  const scale = d.reduce((max, value, i) => Math.max(max, Math.abs(value) + Math.abs(e[i]!)), 0)
  const negligible = Number.EPSILON * scale
  for (let low = 0; low < n; low++) {
    for (let step = 0; ; step++) {
      let high = low
      while (high < n - 1 && Math.abs(e[high]!) > negligible) high++
      if (high === low) break
      if (step === 60) throw new TweedieError('internal', 'the QL iteration for eigenvalues does not converge')
      qlStep(d, e, vectors, n, low, high)
    }
  }
}

/** One implicit QL step on the block `low … high`: the shift's rotation at the end, and the bulge chased to the front. */
function qlStep(d: Float64Array, e: Float64Array, vectors: Float64Array, n: number, low: number, high: number): void {
  // Wilkinson's shift: the eigenvalue of the leading 2 × 2 block that is nearer to its first diagonal element.
  const delta = (d[low + 1]! - d[low]!) / (2 * e[low]!)
  const shift = d[low]! - e[low]! / (delta + (delta < 0 ? -1 : 1) * Math.hypot(delta, 1))
  let g = d[high]! - shift
  let [sine, cosine, correction] = [1, 1, 0]
  for (let i = high - 1; i >= low; i--) {
    const f = sine * e[i]!
    const b = cosine * e[i]!
    const r = Math.hypot(f, g)
    e[i + 1] = r
    if (r === 0) {
      d[i + 1]! -= correction
      e[high] = 0
      return
    }
    sine = f / r
    cosine = g / r
    const h = d[i + 1]! - correction
    const t = (d[i]! - h) * sine + 2 * cosine * b
    correction = sine * t
    d[i + 1] = h + correction
    g = cosine * t - b
    rotate(vectors.subarray(i * n, (i + 1) * n), vectors.subarray((i + 1) * n, (i + 2) * n), cosine, sine)
  }
  d[low]! -= correction
  e[low] = g
  e[high] = 0
}

function rotate(x: Float64Array, y: Float64Array, cosine: number, sine: number): void {
  for (let k = 0; k < x.length; k++) {
    const xk = x[k]!
    const yk = y[k]!
    x[k] = cosine * xk - sine * yk
    y[k] = sine * xk + cosine * yk
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function addScaled(target: Float64Array, source: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * source[i]!
}
