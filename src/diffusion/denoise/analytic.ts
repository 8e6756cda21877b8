/**
 * Denoisers in closed form. They stand in for networks wherever the truth must be known: in tests of samplers and
 * likelihoods, in examples, and in the study of a sampler's error.
 */
import type { DenoiseContext, Denoiser, FloatArray } from './denoiser.ts'

/** A denoiser whose posterior and marginal are known exactly. */
export interface AnalyticDenoiser extends Denoiser {
  denoise(x: FloatArray, t: number, context?: DenoiseContext): FloatArray
  /** Var[x₀ | x_t] of each element, `[batch, ...shape]`. */
  variance(x: FloatArray, t: number): FloatArray
  /** log p_t(x_t) of each item, in nats, `[batch]`. */
  logDensity(x: FloatArray, t: number): Float64Array
}
