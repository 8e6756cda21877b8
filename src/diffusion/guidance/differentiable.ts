/**
 * Denoisers that know the derivative of their mean, J = ∂E[x₀|x_t]/∂x_t. By Tweedie's second-order formula it is the posterior
 * covariance, Cov[x₀|x_t] = (σ²/α) J, which is why guidance by measurements asks for it; and it is symmetric where the mean is
 * exact, so that Jᵀ v and J v are the same.
 */
import { gaussianDenoiser, type GaussianDenoiser, type GaussianOptions } from '../denoise/gaussian.ts'
import type { AnalyticDenoiser } from '../denoise/analytic.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { mixtureDenoiser, type MixtureOptions } from '../denoise/mixture.ts'
import { TweedieError } from '../../errors.ts'

/** A denoiser that knows the derivative of its mean. */
export interface DifferentiableDenoiser extends Denoiser {
  /** False where J is known not to be symmetric, so that solvers for symmetric systems do not fit; true of exact means. */
  readonly symmetric?: boolean | undefined
  /**
   * The vector–Jacobian product Jᵀ v.
   *
   * @param x noisy data, `[batch, ...shape]`
   * @param t the time of `x`
   * @param v as large as `x`
   * @returns `[batch, ...shape]`, a new array
   */
  vjp(x: FloatArray, t: number, v: FloatArray, context?: DenoiseContext): FloatArray | Promise<FloatArray>
  /**
   * The mean D and Jᵀ (b − G D) in one evaluation, where the denoiser can: the gradient of a linear measurement's misfit, at
   * half the price of a mean and a product after it.
   */
  denoiseAndPull?(x: FloatArray, t: number, misfit: QuadraticMisfit, context?: DenoiseContext): Promise<MeanAndPull>
}

/** −½ ‖y − A D‖² as a function of D has the gradient b − G D. */
export interface QuadraticMisfit {
  /** G = Aᵀ A, row-major `[n, n]`; the same array for the same measurement. */
  readonly gram: Float32Array
  /** b = Aᵀ y, `[n]` or `[batch, n]`. */
  readonly target: Float32Array
}

/** What {@link DifferentiableDenoiser.denoiseAndPull} gives, in new arrays. */
export interface MeanAndPull {
  readonly mean: FloatArray
  readonly pulled: FloatArray
}

/** A closed form that knows its derivative. */
export interface DifferentiableAnalytic extends AnalyticDenoiser {
  vjp(x: FloatArray, t: number, v: FloatArray, context?: DenoiseContext): FloatArray
}

/** Whether a denoiser knows its derivative. */
export function isDifferentiable(denoiser: Denoiser): denoiser is DifferentiableDenoiser {
  return 'vjp' in denoiser
}

/**
 * The denoiser as one that is differentiable.
 *
 * @throws TweedieError `usage` where it is not
 */
export function requireDifferentiable(method: string, denoiser: Denoiser): DifferentiableDenoiser {
  if (isDifferentiable(denoiser)) return denoiser
  throw new TweedieError('usage', `${method} needs a denoiser that knows its derivative (vjp), and this one does not`, {
    hint: 'modelVjp() of a network, differentiableGaussian() or differentiableMixture(); clip after guiding, not before',
  })
}

/** Gaussian data: the mean is linear in x_t, so J v is what a centred Gaussian's denoiser makes of v. */
export function differentiableGaussian(options: GaussianOptions): GaussianDenoiser & DifferentiableAnalytic {
  const centred = gaussianDenoiser({ ...options, mean: new Float64Array(options.mean.length) })
  return Object.freeze({
    ...gaussianDenoiser(options),
    vjp: (_: FloatArray, t: number, v: FloatArray) => centred.denoise(v, t),
  })
}

/**
 * Data from a mixture of Gaussians. With shares r_k and means m_k of the components' posteriors and the mean m of all,
 *
 *     J v = Σ r_k (J_k v + (α/σ²) (m_k − m) (m_k − m)ᵀ v).
 */
export function differentiableMixture(options: MixtureOptions): DifferentiableAnalytic {
  const { schedule, components, shape } = options
  const mixture = mixtureDenoiser(options)
  const size = sizeOf(mixture.shape)
  const parts = components.map((part) => differentiableGaussian({ schedule, ...part, ...(shape && { shape }) }))
  const logWeights = components.map(({ weight = 1 }) => Math.log(weight))
  return Object.freeze({
    ...mixture,
    vjp(x: FloatArray, t: number, v: FloatArray): FloatArray {
      const out = emptyLike(x)
      const factor = schedule.alpha(t) / schedule.sigma(t) ** 2
      const logs = parts.map((part) => part.logDensity(x, t))
      const means = parts.map((part) => part.denoise(x, t))
      const products = parts.map((part) => part.vjp(x, t, v))
      const mean = new Float64Array(size)
      for (let first = 0; first < x.length; first += size) {
        const joint = logs.map((log, k) => log[first / size]! + logWeights[k]!)
        const top = Math.max(...joint)
        const likely = joint.map((log) => Math.exp(log - top))
        const total = likely.reduce((sum, value) => sum + value, 0)
        mean.fill(0)
        for (const [k, own] of means.entries()) {
          for (let i = 0; i < size; i++) mean[i]! += (likely[k]! / total) * own[first + i]!
        }
        for (const [k, own] of means.entries()) {
          let along = 0
          for (let i = 0; i < size; i++) along += (own[first + i]! - mean[i]!) * v[first + i]!
          for (let i = 0; i < size; i++) {
            const bend = factor * along * (own[first + i]! - mean[i]!)
            out[first + i]! += (likely[k]! / total) * (products[k]![first + i]! + bend)
          }
        }
      }
      return out
    },
  })
}
