/** Superposition: the rotation that brings one set of points nearest to another, and how near that is. */

/** How two sets of points are compared. */
export interface SuperposeOptions {
  /** Whether the mirror image may be taken where it is nearer; by default not: molecules and their mirror images differ. */
  readonly reflect?: boolean | undefined
}

/**
 * The least root-mean-square distance of n points, over all shifts and rotations:
 *
 * $$\min_{R, t} \sqrt{\tfrac 1 n \sum_i \|R x_i + t - y_i\|^2}$$
 *
 * It is divided by n, the number of points, not by their 3n coordinates. The greatest eigenvalue of Horn's symmetric matrix of four by four
 * gives it (Horn, 1987; Theobald, 2005); the rotation itself is not needed.
 *
 * @param x `[n, 3]`
 * @param y `[n, 3]`
 * @param order y's point for each of x; by default the same
 * @param points the numbers of those points of x that count; by default all
 */
export function rmsd(
  x: Float32Array,
  y: Float32Array,
  { reflect = false }: SuperposeOptions = {},
  points?: ArrayLike<number>,
  order?: ArrayLike<number>,
): number {
  const { eigenvalues, norms, count } = hornOf(x, y, points, order)
  const [least, greatest] = [Math.min(...eigenvalues), Math.max(...eigenvalues)]
  const fit = reflect ? Math.max(greatest, -least) : greatest
  return Math.sqrt(Math.max(0, norms - 2 * fit) / count)
}

/**
 * x, shifted and turned so that it lies nearest to y (Kabsch, 1976); mirrored where that is allowed and nearer.
 *
 * @param points as in {@link rmsd}: those that count; all are moved
 */
export function superposed(
  x: Float32Array,
  y: Float32Array,
  { reflect = false }: SuperposeOptions = {},
  points?: ArrayLike<number>,
  order?: ArrayLike<number>,
): Float32Array {
  const { eigenvalues, vectors, centreX, centreY } = hornOf(x, y, points, order)
  const greatest = indexOfMost(eigenvalues)
  const least = indexOfMost(eigenvalues.map((each) => -each))
  const mirror = reflect && -eigenvalues[least]! > eigenvalues[greatest]!
  const column = mirror ? least : greatest
  const r = rotationOf([0, 1, 2, 3].map((row) => vectors[4 * row + column]!))
  const sign = mirror ? -1 : 1
  const out = new Float32Array(x.length)
  for (let i = 0; i < x.length; i += 3) {
    for (let a = 0; a < 3; a++) {
      let sum = 0
      for (let b = 0; b < 3; b++) sum += r[3 * a + b]! * sign * (x[i + b]! - centreX[b]!)
      out[i + a] = sum + centreY[a]!
    }
  }
  return out
}

interface Horn {
  readonly eigenvalues: readonly number[]
  /** `[4, 4]`, an eigenvector a column. */
  readonly vectors: Float64Array
  /** Σ‖x − x̄‖² + Σ‖y − ȳ‖² */
  readonly norms: number
  readonly count: number
  readonly centreX: readonly number[]
  readonly centreY: readonly number[]
}

function hornOf(
  x: Float32Array,
  y: Float32Array,
  points: ArrayLike<number> | undefined,
  order: ArrayLike<number> | undefined,
): Horn {
  const count = points?.length ?? x.length / 3
  const at = (i: number): number => points?.[i] ?? i
  const to = (i: number): number => order?.[at(i)] ?? at(i)
  const [centreX, centreY] = [
    [0, 0, 0],
    [0, 0, 0],
  ]
  for (let i = 0; i < count; i++) {
    for (let a = 0; a < 3; a++) {
      centreX[a]! += x[3 * at(i) + a]! / count
      centreY[a]! += y[3 * to(i) + a]! / count
    }
  }
  const s = new Float64Array(9)
  let norms = 0
  for (let i = 0; i < count; i++) {
    for (let a = 0; a < 3; a++) {
      const p = x[3 * at(i) + a]! - centreX[a]!
      const own = y[3 * to(i) + a]! - centreY[a]!
      norms += p * p + own * own
      for (let b = 0; b < 3; b++) s[3 * a + b]! += p * (y[3 * to(i) + b]! - centreY[b]!)
    }
  }
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = s as unknown as readonly number[] as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  // prettier-ignore
  const key = Float64Array.of(
    xx + yy + zz, yz - zy, zx - xz, xy - yx,
    yz - zy, xx - yy - zz, xy + yx, zx + xz,
    zx - xz, xy + yx, yy - xx - zz, yz + zy,
    xy - yx, zx + xz, yz + zy, zz - xx - yy,
  )
  const vectors = diagonalise(key, 4)
  return { eigenvalues: [0, 5, 10, 15].map((i) => key[i]!), vectors, norms, count, centreX, centreY }
}

const indexOfMost = (values: readonly number[]): number => values.indexOf(Math.max(...values))

/** The rotation of a quaternion (w, x, y, z), by rows. */
function rotationOf([w = 1, x = 0, y = 0, z = 0]: readonly number[]): readonly number[] {
  // prettier-ignore
  return [
    w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y),
    2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x),
    2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z,
  ]
}

/**
 * Jacobi's method: makes a symmetric matrix diagonal in place, and gives its eigenvectors, a column each. Steady for equal eigenvalues,
 * which straight and flat molecules have.
 */
export function diagonalise(matrix: Float64Array, size: number): Float64Array {
  const vectors = new Float64Array(size * size)
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1
  for (let sweep = 0; sweep < 30; sweep++) {
    let off = 0
    let all = 0
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const square = matrix[i * size + j]! ** 2
        all += square
        if (i !== j) off += square
      }
    }
    if (off <= 1e-30 * all) break
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const value = matrix[p * size + q]!
        if (value === 0) continue
        const theta = (matrix[q * size + q]! - matrix[p * size + p]!) / (2 * value)
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        turn(matrix, size, p, q, c, t * c)
        for (let k = 0; k < size; k++) {
          const [a, b] = [vectors[k * size + p]!, vectors[k * size + q]!]
          vectors[k * size + p] = c * a - t * c * b
          vectors[k * size + q] = t * c * a + c * b
        }
      }
    }
  }
  return vectors
}

function turn(m: Float64Array, size: number, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < size; k++) {
    const [a, b] = [m[k * size + p]!, m[k * size + q]!]
    m[k * size + p] = c * a - s * b
    m[k * size + q] = s * a + c * b
  }
  for (let k = 0; k < size; k++) {
    const [a, b] = [m[p * size + k]!, m[q * size + k]!]
    m[p * size + k] = c * a - s * b
    m[q * size + k] = s * a + c * b
  }
}
