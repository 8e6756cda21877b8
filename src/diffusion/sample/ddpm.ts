/** Ancestral sampling, DDPM's algorithm 2, between any two times. */
import { transition } from '../noise/kernel.ts'
import { planSteps } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/** The variance of the reverse step. */
export interface DdpmOptions {
  /**
   * `small` — β̃, the variance of q(x_s | x_t, x₀), right for data that is one point (default);
   * `large` — β, the variance of q(x_t | x_s), right for data that is white noise of unit variance.
   */
  readonly variance?: 'small' | 'large'
}

/**
 * Ancestral sampling: x_s is drawn from q(x_s | x_t, x₀) with the posterior mean in the place of x₀,
 *
 *     x_s = (α_{t|s} σ_s²/σ_t²) x_t + (α_s β/σ_t²) E[x₀ | x_t] + √var z,    α_{t|s} = α_t/α_s, β = σ_t² − α_{t|s}² σ_s²,
 *
 * with var = β̃ = β σ_s²/σ_t² or β. No noise is added by the step that lands on clean data.
 *
 * Denoising Diffusion Probabilistic Models (Ho et al., 2020), https://arxiv.org/abs/2006.11239
 */
export function ddpm({ variance = 'small' }: DdpmOptions = {}): LinearSampler {
  return defineSampler({
    name: variance === 'small' ? 'ddpm' : 'ddpm-large',
    order: 1,
    stochastic: true,
    evaluations: 1,
    use: 'as many steps as the model was trained with; the reference',
    paper: 'https://arxiv.org/abs/2006.11239',
    plan: (schedule, times) =>
      planSteps(times, 'sample', (t, s) => {
        const { posterior, variance: beta } = transition(schedule, s, t)
        const noise = Math.sqrt(variance === 'small' ? posterior.variance : beta)
        return [
          {
            evaluate: true,
            time: s,
            x: posterior.x,
            history: [posterior.sample],
            noise: posterior.variance === 0 ? [] : [noise],
          },
        ]
      }),
  })
}
