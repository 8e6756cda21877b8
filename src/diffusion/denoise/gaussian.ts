/** Gaussian data, with any covariance: the posterior, the marginal and the probability flow are all closed forms. */
import { TweedieError } from '../../errors.ts'
import type { Schedule } from '../noise/schedule.ts'
import type { AnalyticDenoiser } from './analytic.ts'
import { type FloatArray, emptyLike, sizeOf } from './denoiser.ts'
import { type Eigen, symmetricEigen } from './eigen.ts'

/** The law N(μ, C) of the data. */
export interface GaussianOptions {
  readonly schedule: Schedule
  /** μ, one number per element. */
  readonly mean: ArrayLike<number>
  /** C: one variance for all, one per element, or the row-major d × d matrix; default 1. */
  readonly covariance?: number | ArrayLike<number>
  /** The shape of an item; default `[d]`. */
  readonly shape?: readonly number[]
}

/** The denoiser of Gaussian data, and the exact solution of its probability-flow equation. */
export interface GaussianDenoiser extends AnalyticDenoiser {
  /**
   * The probability flow from time t to time s: in each eigendirection of C, with eigenvalue c,
   * x_s − α_s μ = √((α_s² c + σ_s²) / (α_t² c + σ_t²)) (x_t − α_t μ).
   */
  flow(x: FloatArray, t: number, s: number): FloatArray
}

/**
 * x₀ ~ N(μ, C): E[x₀ | x_t] = μ + α C (α² C + σ² I)⁻¹ (x_t − α μ), worked out in the eigenbasis of C.
 *
 * @example
 * const denoiser = gaussianDenoiser({ schedule: cosineSchedule(), mean: [1, -1], covariance: [1, 0.5, 0.5, 2] })
 */
export function gaussianDenoiser({
  schedule,
  mean,
  covariance = 1,
  shape = [mean.length],
}: GaussianOptions): GaussianDenoiser {
  const d = mean.length
  if (sizeOf(shape) !== d)
    throw new TweedieError('shape', `a mean of ${d} numbers does not fill the shape [${shape.join(', ')}]`)
  const { values, vectors } = eigenOf(covariance, d)
  const coordinates = new Float64Array(d)

  /** The coordinates of an item's deviation from α μ in the eigenbasis. */
  const project = (x: FloatArray, from: number, alpha: number): void => {
    for (let k = 0; k < d; k++) {
      let sum = 0
      for (let i = 0; i < d; i++) sum += vectors[k * d + i]! * (x[from + i]! - alpha * mean[i]!)
      coordinates[k] = sum
    }
  }
  /** Each item becomes `scale` μ + U diag(gain) Uᵀ (x − α_t μ). */
  const transform = (x: FloatArray, alpha: number, scale: number, gain: (c: number) => number): FloatArray => {
    const out = emptyLike(x)
    const gains = values.map(gain)
    for (let from = 0; from < x.length; from += d) {
      project(x, from, alpha)
      for (let i = 0; i < d; i++) {
        let sum = scale * mean[i]!
        for (let k = 0; k < d; k++) sum += vectors[k * d + i]! * gains[k]! * coordinates[k]!
        out[from + i] = sum
      }
    }
    return out
  }
  /** α² c + σ². */
  const marginal = (t: number) => {
    const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
    return (c: number) => alpha ** 2 * c + sigma ** 2
  }

  return Object.freeze({
    schedule,
    shape,
    denoise(x: FloatArray, t: number): FloatArray {
      const [alpha, total] = [schedule.alpha(t), marginal(t)]
      return transform(x, alpha, 1, (c) => (alpha * c) / total(c))
    },
    variance(x: FloatArray, t: number): FloatArray {
      const [sigma, total] = [schedule.sigma(t), marginal(t)]
      return emptyLike(x).map((_, at) => {
        const i = at % d
        return values.reduce((sum, c, k) => sum + (vectors[k * d + i]! ** 2 * c * sigma ** 2) / total(c), 0)
      })
    },
    logDensity(x: FloatArray, t: number): Float64Array {
      const [alpha, total] = [schedule.alpha(t), marginal(t)]
      return Float64Array.from({ length: x.length / d }, (_, item) => {
        project(x, item * d, alpha)
        return (
          -values.reduce((sum, c, k) => sum + coordinates[k]! ** 2 / total(c) + Math.log(2 * Math.PI * total(c)), 0) / 2
        )
      })
    },
    flow(x: FloatArray, t: number, s: number): FloatArray {
      const [from, to] = [marginal(t), marginal(s)]
      return transform(x, schedule.alpha(t), schedule.alpha(s), (c) => Math.sqrt(to(c) / from(c)))
    },
  })
}

function eigenOf(covariance: number | ArrayLike<number>, d: number): Eigen {
  if (typeof covariance !== 'number' && covariance.length === d * d && d > 1) return symmetricEigen(covariance, d)
  if (typeof covariance !== 'number' && covariance.length !== d) {
    throw new TweedieError(
      'shape',
      `a covariance of ${covariance.length} numbers for ${d} elements: 1, ${d} or ${d * d} are allowed`,
    )
  }
  return {
    values: Float64Array.from({ length: d }, (_, i) => (typeof covariance === 'number' ? covariance : covariance[i]!)),
    vectors: Float64Array.from({ length: d * d }, (_, i) => (i % (d + 1) === 0 ? 1 : 0)),
  }
}
