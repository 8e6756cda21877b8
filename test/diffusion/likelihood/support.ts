/** Laws with known densities, and draws of them. */
import { fold, key, normal, uniform } from '../../../src/engine/random/index.ts'

/** Means and variances of the numbers of an item, all independent. */
export const gaussian = { mean: [0.5, -0.3, 0.1], covariance: [0.6, 1.2, 0.25] }

/** Two blobs in the plane, with correlations. */
export const blobs = [
  { weight: 2, mean: [1, 0.5], covariance: [0.3, 0.1, 0.1, 0.2] },
  { weight: 1, mean: [-1, -0.5], covariance: [0.1, 0, 0, 0.4] },
]

export function drawGaussian(n: number, seed: number): Float64Array {
  const { mean, covariance } = gaussian
  const z = normal(fold(key(seed), 'gaussian'), new Float64Array(3 * n))
  return z.map((value, i) => mean[i % 3]! + Math.sqrt(covariance[i % 3]!) * value)
}

export function drawBlobs(n: number, seed: number): Float64Array {
  const sides = uniform(fold(key(seed), 'sides'), new Float64Array(n))
  const z = normal(fold(key(seed), 'blobs'), new Float64Array(2 * n))
  const out = new Float64Array(2 * n)
  for (let i = 0; i < n; i++) {
    const { mean, covariance } = blobs[sides[i]! < 2 / 3 ? 0 : 1]!
    const [a, b, , d] = covariance as [number, number, number, number]
    out[2 * i] = mean[0]! + Math.sqrt(a) * z[2 * i]!
    out[2 * i + 1] = mean[1]! + (b / Math.sqrt(a)) * z[2 * i]! + Math.sqrt(d - b ** 2 / a) * z[2 * i + 1]!
  }
  return out
}

export const average = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, each) => sum + each, 0) / values.length
