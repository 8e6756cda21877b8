/**
 * A denoiser knows the posterior q(x₀ | x_t): its mean is all that Tweedie's formula needs,
 *
 *     E[x₀ | x_t] = (x_t + σ_t² ∇ log p_t(x_t)) / α_t,
 *
 * and all that a sampler needs. Networks, closed forms and guidance are all denoisers.
 *
 * - Tweedie's Formula and Selection Bias (Efron, 2011), https://doi.org/10.1198/jasa.2011.tm11181
 */
import type { FloatArray } from '../../engine/random/index.ts'
import type { Schedule } from '../noise/schedule.ts'

export type { FloatArray }

/** Conditions of a batch by name: `labels` `[batch]`, a vector `[batch, size]`, an image `[batch, C, H, W]`. */
export type Conditions = Readonly<Record<string, Float32Array | Int32Array>>

/** What a caller passes besides x and t. */
export interface DenoiseContext {
  /** Stops the evaluation. */
  readonly signal?: AbortSignal | undefined
  /** The conditions of each item, for a conditional denoiser. */
  readonly conditions?: Conditions | undefined
}

/** The posterior mean of clean data given noisy data. */
export interface Denoiser {
  /** How x_t was made from x₀. */
  readonly schedule: Schedule
  /** The shape of one item, without the batch. */
  readonly shape: readonly number[]
  /**
   * E[x₀ | x_t].
   *
   * @param x noisy data, `[batch, ...shape]`, read only
   * @param t the time of `x`, in (0, 1]
   * @returns the mean, `[batch, ...shape]`: a new array, which the caller may write into. Calls may overlap.
   */
  denoise(x: FloatArray, t: number, context?: DenoiseContext): FloatArray | Promise<FloatArray>
  /** If the mean is another denoiser's mean, projected to the data's range: that denoiser, and the projection. */
  readonly projection?: Projection
}

/** A denoiser's mean brought back to where data can be, for instance by clipping. */
export interface Projection {
  /** The denoiser without the projection. */
  readonly base: Denoiser
  /** Projects a mean, `[batch, ...shape]`, in place. */
  apply(mean: FloatArray): void
}

/** The number of elements in one item of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1)
}

/** A new array of the same type as `x`, as long unless a length is given. */
export function emptyLike(x: FloatArray, length: number = x.length): FloatArray {
  return x instanceof Float64Array ? new Float64Array(length) : new Float32Array(length)
}
