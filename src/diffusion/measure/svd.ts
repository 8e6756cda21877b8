/**
 * Singular value decompositions A = U S Vᵀ: in the coordinates Vᵀx and Uᵀy a linear measurement is a list of numbers,
 * each coordinate seen with the factor s_i or not seen at all.
 */

/** A decomposition as maps of one flat item. */
export interface Svd {
  /** S: one number for each direction of V, zero or more; directions that are left out have zero. */
  readonly values: Float64Array
  /** Vᵀ x. */
  coordinates(x: ArrayLike<number>): Float64Array
  /** V c. */
  compose(c: ArrayLike<number>): Float64Array
  /** Uᵀ y; 0 where the singular value is 0. */
  measured(y: ArrayLike<number>): Float64Array
}

/** The decomposition of a small dense matrix. */
export interface DenseSvd {
  /** S, `min(rows, columns)` of them. */
  readonly values: Float64Array
  /** Row k is the k-th column of U: `[count, rows]`; zeros where the singular value is 0. */
  readonly left: Float64Array
  /** Row k is the k-th column of V: `[count, columns]`. */
  readonly right: Float64Array
}

/**
 * One-sided Jacobi (Hestenes, 1958): rotate pairs of columns until all are orthogonal; their lengths are the singular values,
 * accurate also where they are small. On the shorter side of the matrix.
 *
 * @param matrix row-major `[rows, columns]`
 */
export function denseSvd(matrix: ArrayLike<number>, rows: number, columns: number): DenseSvd {
  const wide = columns > rows
  const count = Math.min(rows, columns)
  const length = Math.max(rows, columns)
  // Each row of `a` is one of the vectors that are made orthogonal; `turns` gathers the rotations.
  const a = Float64Array.from({ length: count * length }, (_, i) => {
    const [k, j] = [Math.floor(i / length), i % length]
    return wide ? matrix[k * columns + j]! : matrix[j * columns + k]!
  })
  const turns = Float64Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 1 : 0))
  for (let sweep = 0; sweep < 60; sweep++) {
    let rotated = false
    for (let p = 0; p < count; p++) for (let q = p + 1; q < count; q++) rotated = turn(a, turns, p, q, count) || rotated
    if (!rotated) break
  }
  const values = Float64Array.from({ length: count }, (_, k) => {
    let square = 0
    for (let j = 0; j < length; j++) square += a[k * length + j]! ** 2
    return Math.sqrt(square)
  })
  // Below rounding a direction is no direction.
  const least = 1e-13 * Math.max(...values)
  for (let k = 0; k < count; k++) {
    if (values[k]! <= least) values[k] = 0
    for (let j = 0; j < length; j++) a[k * length + j] = values[k] === 0 ? 0 : a[k * length + j]! / values[k]!
  }
  return wide ? { values, left: turns, right: a } : { values, left: a, right: turns }
}

/** Makes the rows p and q of `a` orthogonal; false if they are. */
function turn(a: Float64Array, turns: Float64Array, p: number, q: number, count: number): boolean {
  const length = a.length / count
  let [pp, qq, pq] = [0, 0, 0]
  for (let j = 0; j < length; j++) {
    const [x, y] = [a[p * length + j]!, a[q * length + j]!]
    pp += x * x
    qq += y * y
    pq += x * y
  }
  if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq)) return false
  const zeta = (qq - pp) / (2 * pq)
  const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.hypot(1, zeta))
  const cosine = 1 / Math.hypot(1, tangent)
  const sine = cosine * tangent
  for (const [rows, size] of [
    [a, length],
    [turns, count],
  ] as const) {
    for (let j = 0; j < size; j++) {
      const [x, y] = [rows[p * size + j]!, rows[q * size + j]!]
      rows[p * size + j] = cosine * x - sine * y
      rows[q * size + j] = sine * x + cosine * y
    }
  }
  return true
}
