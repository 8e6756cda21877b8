/** Least squares on bumps: the smallest model that learns a field of the plane from samples. */
import { cholesky } from './cholesky.ts'

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
  const weights = right.map((b) => factor.solve(b))
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
