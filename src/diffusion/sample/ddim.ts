/** Denoising diffusion implicit models: from deterministic to DDPM, over any sub-sequence of times, in both directions. */
import { TweedieError } from '../../errors.ts'
import { planSteps } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/** DDIM's choices. */
export interface DdimOptions {
  /** How much noise: 0 — none (the default), 1 — DDPM's. It scales a standard deviation. */
  readonly eta?: number
  /**
   * Where a clipped denoiser takes the noise direction ε from: `mean` — from the clipped mean, so that state, mean and
   * noise agree (the default; OpenAI's code); `network` — from the mean before clipping (the default of diffusers, there
   * called `use_clipped_model_output: false`).
   */
  readonly direction?: 'mean' | 'network'
}

/**
 * Predict the data, then go back to the noise level of time s along the predicted noise:
 *
 *     x_s = α_s E[x₀ | x_t] + √(σ_s² − c²) ε + c z,    ε = (x_t − α_t E[x₀ | x_t]) / σ_t,    c = η √β̃.
 *
 * With η = 0 rising times run it backwards and encode data into its latent noise.
 *
 * Denoising Diffusion Implicit Models (Song et al., 2021), equation 12, https://arxiv.org/abs/2010.02502
 */
export function ddim({ eta = 0, direction = 'mean' }: DdimOptions = {}): LinearSampler {
  if (!(eta >= 0 && eta <= 1)) throw new TweedieError('usage', `eta is ${eta}: it lies in [0, 1]`)
  return defineSampler({
    name: eta === 0 ? 'ddim' : `ddim(eta=${eta})`,
    order: 1,
    stochastic: eta > 0,
    evaluations: 1,
    use: 'deterministic, 20 to 100 steps; encodes and interpolates',
    paper: 'https://arxiv.org/abs/2010.02502',
    plan: (schedule, times) =>
      planSteps(times, 'sample', (t, s) => {
        const [alphaT, sigmaT, sigmaS] = [schedule.alpha(t), schedule.sigma(t), schedule.sigma(s)]
        if (sigmaT === 0) throw noNoiseAt(t)
        const noise = eta === 0 ? 0 : eta * sigmaS * Math.sqrt(-Math.expm1(schedule.logSnr(t) - schedule.logSnr(s)))
        const x = Math.sqrt(sigmaS ** 2 - noise ** 2) / sigmaT
        const [along, data] = [-alphaT * x, schedule.alpha(s)]
        return [
          {
            evaluate: true,
            time: s,
            x,
            ...(direction === 'mean' ? { history: [data + along] } : { history: [data], unprojected: along }),
            ...(noise > 0 && { noise: [noise] }),
          },
        ]
      }),
  })
}

function noNoiseAt(t: number): TweedieError {
  return new TweedieError('usage', `there is no noise at t = ${t}, so no direction to follow`, {
    hint: 'start encoding at the lowest noise level, for a table of T levels at 1/T',
  })
}
