/** The sampler of DiffPIR. */
import { TweedieError } from '../../errors.ts'
import { planSteps } from '../sample/plan.ts'
import { defineSampler, type LinearSampler } from '../sample/sampler.ts'

/** How much of the noise is new. */
export interface DiffPirSamplerOptions {
  /** ζ, the share of a step's noise variance that is drawn anew; 0 is DDIM. Default 1. */
  readonly zeta?: number
}

/**
 * x_s = α_s x̂₀ + σ_s (√(1 − ζ) ε̂ + √ζ z), with ε̂ the noise that x̂₀ implies. To be used with the denoiser `proximal`.
 *
 * Denoising Diffusion Models for Plug-and-Play Image Restoration (Zhu et al., 2023), algorithm 1,
 * https://arxiv.org/abs/2305.08995
 */
export function diffPirSampler({ zeta = 1 }: DiffPirSamplerOptions = {}): LinearSampler {
  if (!(zeta >= 0 && zeta <= 1)) throw new TweedieError('usage', `zeta is ${zeta}: it lies in [0, 1]`)
  return defineSampler({
    name: `diffpir(zeta=${zeta})`,
    order: 1,
    stochastic: zeta > 0,
    evaluations: 1,
    use: 'with the proximal denoiser: draws given a measurement, without derivatives',
    paper: 'https://arxiv.org/abs/2305.08995',
    plan: (schedule, times) =>
      planSteps(times, 'sample', (t, s) => {
        const sigma = schedule.sigma(s)
        const x = (Math.sqrt(1 - zeta) * sigma) / schedule.sigma(t)
        const data = schedule.alpha(s) - x * schedule.alpha(t)
        return [
          { evaluate: true, time: s, x, history: [data], noise: zeta * sigma === 0 ? [] : [Math.sqrt(zeta) * sigma] },
        ]
      }),
  })
}
