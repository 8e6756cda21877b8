/** Least squares on bumps: the smallest model that learns a field of the plane from samples. */

/** A field as a sum of bumps e^{−‖x − c‖²/2w²}, with two weights each. */
export interface BumpField {
  /** The field at points `[N, 2]`. */
  at(points: ArrayLike<number>): Float64Array
}

/**
 * Fits min Σ ‖field(x_i) − y_i‖² + ridge ‖weights‖² over the weights of bumps on a lattice.
 *
 * @param points x, `[N, 2]`
 * @param targets y, `[N, 2]`
 * @param centres c, `[M, 2]`
 */
export function fitBumps(
  points: ArrayLike<number>,
  targets: ArrayLike<number>,
  centres: ArrayLike<number>,
  width: number,
  ridge: number,
): BumpField {
  const count = centres.length / 2
  const features = (x: number, y: number, out: Float64Array): void => {
    for (let k = 0; k < count; k++) {
      out[k] = Math.exp(-((x - centres[2 * k]!) ** 2 + (y - centres[2 * k + 1]!) ** 2) / (2 * width ** 2))
    }
  }
  const row = new Float64Array(count)
  const gram = new Float64Array(count * count)
  const right = [new Float64Array(count), new Float64Array(count)]
  for (let i = 0; i < points.length; i += 2) {
    features(points[i]!, points[i + 1]!, row)
    for (let a = 0; a < count; a++) {
      const value = row[a]!
      if (value < 1e-9) continue
      for (let b = 0; b <= a; b++) gram[a * count + b]! += value * row[b]!
      right[0]![a]! += value * targets[i]!
      right[1]![a]! += value * targets[i + 1]!
    }
  }
  for (let a = 0; a < count; a++) gram[a * count + a]! += ridge
  const factor = cholesky(gram, count)
  const weights = right.map((b) => solve(factor, b, count))
  return {
    at(at) {
      const out = new Float64Array(at.length)
      for (let i = 0; i < at.length; i += 2) {
        features(at[i]!, at[i + 1]!, row)
        for (let k = 0; k < count; k++) {
          out[i]! += weights[0]![k]! * row[k]!
          out[i + 1]! += weights[1]![k]! * row[k]!
        }
      }
      return out
    },
  }
}

/** L with L Lᵀ = A, from the lower half of a positive definite A. */
function cholesky(a: Float64Array, n: number): Float64Array {
  const l = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!
      l[i * n + j] = i === j ? Math.sqrt(sum) : sum / l[j * n + j]!
    }
  }
  return l
}

/** The solution of L Lᵀ x = b. */
function solve(l: Float64Array, b: Float64Array, n: number): Float64Array {
  const x = b.slice()
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= l[i * n + k]! * x[k]!
    x[i]! /= l[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= l[k * n + i]! * x[k]!
    x[i]! /= l[i * n + i]!
  }
  return x
}
