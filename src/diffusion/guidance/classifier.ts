/**
 * Classifier guidance: a classifier f_φ(y | x_t, t) that has learned from noisy data pulls samples towards a class. The score
 * of the class is ∇ log p(x_t) + s ∇ log f_φ(y | x_t, t), with s = 1 by Bayes' rule, and larger for samples that are
 * more typical of it.
 *
 * - Diffusion Models Beat GANs on Image Synthesis (Dhariwal & Nichol, 2021), https://arxiv.org/abs/2105.05233
 */
import { type DenoiseContext, type Denoiser, type FloatArray } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import type { FreeSampler } from '../sample/sampler.ts'
import { shiftedAncestral } from './shifted-ancestral.ts'

/**
 * ∇_{x_t} log f_φ(y | x_t, t) of each item for its target class, `[batch, ...shape]`, a new array; the
 * classes are the condition `labels` of the call.
 */
export type ClassGradient = (x: FloatArray, t: number, context?: DenoiseContext) => FloatArray | Promise<FloatArray>

/** The strength of guidance, and its interval. */
export interface ClassifierOptions {
  /** s; default 1. */
  readonly scale?: number
  /** The times between which to guide; default all. */
  readonly interval?: readonly [number, number]
}

/**
 * The ε form, algorithm 2: ε̂ = ε − s σ ∇ log f, and so D̂ = D + s (σ²/α) ∇ log f. With every sampler.
 *
 * @param denoiser an unconditional one, or a conditional one to be pushed further
 */
export function classifierGuided(
  denoiser: Denoiser,
  gradient: ClassGradient,
  options: ClassifierOptions = {},
): Denoiser {
  const { scale = 1, interval: [from, to] = [0, 1] } = options
  requireScale(scale)
  const { schedule, shape } = denoiser
  return Object.freeze({
    schedule,
    shape,
    async denoise(x: FloatArray, t: number, context?: DenoiseContext): Promise<FloatArray> {
      const mean = (await denoiser.denoise(x, t, context)).slice()
      const alpha = schedule.alpha(t)
      // without signal the classifier knows nothing, and the factor is infinite
      if (scale === 0 || alpha === 0 || t < from || t > to) return mean
      const score = await gradient(x, t, context)
      const factor = (scale * schedule.sigma(t) ** 2) / alpha
      for (let i = 0; i < mean.length; i++) mean[i]! += factor * score[i]!
      return mean
    },
  })
}

/** The mean shift, algorithm 1: DDPM's step with s Σ ∇ log f added to its mean, Σ = β̃ being the variance of its noise. */
export function classifierAncestral(
  gradient: ClassGradient,
  { scale = 1, interval: [from, to] = [0, 1] }: ClassifierOptions = {},
): FreeSampler {
  requireScale(scale)
  const info = {
    name: `classifier(${scale})`,
    use: 'towards a class by a classifier; many steps',
    paper: 'https://arxiv.org/abs/2105.05233',
  }
  return shiftedAncestral(info, async ({ x, t, transition, context }, denoiser) => {
    const mean = (await denoiser.denoise(x, t, context)).slice()
    if (t < from || t > to) return { mean, shift: new Float64Array(x.length) }
    const factor = scale * transition.posterior.variance
    return { mean, shift: (await gradient(x, t, context)).map((value) => factor * value) }
  })
}

function requireScale(scale: number): void {
  if (scale >= 0 && Number.isFinite(scale)) return
  throw new TweedieError('usage', `classifier scale ${scale}: a number of 0 or more`)
}
