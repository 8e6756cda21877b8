/** Variance-exploding schedules: the data keeps its scale, α = 1, and more and more noise is added. */
import { clampTime, defineSchedule, requirePositive, type Schedule } from './schedule.ts'

/** The smallest and largest standard deviation of the noise. */
export interface SigmaRange {
  /** σ at t = 0; default 0.01. */
  readonly sigmaMin?: number
  /** σ at t = 1, about the largest distance between two data points; default 50. */
  readonly sigmaMax?: number
}

/**
 * The variance-exploding equation of NCSN, σ_t = σ_min (σ_max/σ_min)^t: noise levels in geometric progression. Time 0
 * still holds noise of σ_min, which a last evaluation of the denoiser removes.
 *
 * Score-Based Generative Modeling through SDEs (Song et al., 2021), equation 30, https://arxiv.org/abs/2011.13456
 */
export function veSchedule({ sigmaMin = 0.01, sigmaMax = 50 }: SigmaRange = {}): Schedule {
  requirePositive('ve', { sigmaMin, sigmaMax })
  const growth = Math.log(sigmaMax / sigmaMin)
  requirePositive('ve', { 'sigmaMax/sigmaMin − 1': growth })
  const sigma = (t: number) => sigmaMin * Math.exp(growth * t)
  return defineSchedule({
    name: 've',
    alpha: () => 1,
    sigma,
    logSnr: (t) => -2 * (Math.log(sigmaMin) + growth * t),
    timeOfLogSnr: (l) => clampTime((-l / 2 - Math.log(sigmaMin)) / growth),
    drift: () => 0,
    diffusion: (t) => 2 * growth * sigma(t) ** 2,
  })
}

/**
 * EDM's choice σ = t, here in units of σ_max so that time stays in [0, 1]: σ_t = σ_max t. Its probability-flow ODE has
 * the straightest paths of the VE family. Pair it with the grid `karrasTimes` and `edmPreconditioning`.
 *
 * Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022),
 * https://arxiv.org/abs/2206.00364
 */
export function edmSchedule({ sigmaMax = 80 }: { readonly sigmaMax?: number } = {}): Schedule {
  requirePositive('edm', { sigmaMax })
  return defineSchedule({
    name: 'edm',
    alpha: () => 1,
    sigma: (t) => sigmaMax * t,
    logSnr: (t) => -2 * Math.log(sigmaMax * t),
    timeOfLogSnr: (l) => clampTime(Math.exp(-l / 2) / sigmaMax),
    alphaRate: () => 0,
    sigmaRate: () => sigmaMax,
    drift: () => 0,
    diffusion: (t) => 2 * sigmaMax ** 2 * t,
  })
}
