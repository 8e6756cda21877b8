/** Analytic-DPM: the best variance of the reverse step, estimated once from the denoiser. */
import { throwIfAborted } from '../../interrupted.ts'
import type { DenoiseContext, Denoiser, FloatArray } from '../denoise/denoiser.ts'
import { jump } from '../noise/kernel.ts'
import type { NoiseSource } from './noise-source.ts'
import { planSteps } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/** The settings of the sampler. */
export interface AnalyticDpmOptions {
  /** Var[x₀ | x_t] at time t, averaged over elements and data; see {@link posteriorVariances}. */
  readonly variance: (t: number) => number
  /** 1 (default) for A-DDPM, 0 for A-DDIM. */
  readonly eta?: number
}

/**
 * DDIM's step from t to s with the variance that makes the reverse kernel closest to the truth: the spread of x₀ around
 * its posterior mean is added to c² = η² β̃,
 *
 *     var = c² + (α_s − α_t √(σ_s² − c²)/σ_t)² E Var[x₀ | x_t].
 *
 * Analytic-DPM: an Analytic Estimate of the Optimal Reverse Variance (Bao et al., 2022), theorem 1,
 * https://arxiv.org/abs/2201.06503
 */
export function analyticDpm({ variance, eta = 1 }: AnalyticDpmOptions): LinearSampler {
  return defineSampler({
    name: eta === 1 ? 'analytic-ddpm' : 'analytic-ddim',
    order: 1,
    stochastic: true,
    evaluations: 1,
    use: 'likelihood and samples with few ancestral steps, 10 to 100',
    paper: 'https://arxiv.org/abs/2201.06503',
    plan: (schedule, times) =>
      planSteps(times, 'sample', (t, s) => {
        const [alphaT, sigmaT, sigmaS] = [schedule.alpha(t), schedule.sigma(t), schedule.sigma(s)]
        const known = (eta * sigmaS) ** 2 * -Math.expm1(schedule.logSnr(t) - schedule.logSnr(s))
        const x = Math.sqrt(sigmaS ** 2 - known) / sigmaT
        const data = schedule.alpha(s) - alphaT * x
        const total = known + data ** 2 * variance(t)
        return [{ evaluate: true, time: s, x, history: [data], noise: sigmaS === 0 ? [] : [Math.sqrt(total)] }]
      }),
  })
}

/**
 * E Var[x₀ | x_t] at each of the times, as the mean square of x₀ − E[x₀ | x_t]. (The paper's (σ²/α²)(1 − E‖ε‖²/d) has the
 * same mean and, where there is much noise, far more scatter.) Pass it on as `variance: (t) => result.get(t)!`.
 *
 * @param data clean data, `[n, ...shape]`; a hundred items are enough
 */
export async function posteriorVariances(
  denoiser: Denoiser,
  times: readonly number[],
  data: FloatArray,
  noise: NoiseSource,
  context: DenoiseContext = {},
): Promise<ReadonlyMap<number, number>> {
  const variances = new Map<number, number>()
  const z = data.slice()
  for (const [index, t] of times.entries()) {
    throwIfAborted(context.signal)
    let square = 0
    if (denoiser.schedule.sigma(t) > 0) {
      noise(z, index, 0)
      const mean = await denoiser.denoise(jump(denoiser.schedule, t, data, z), t, context)
      for (let i = 0; i < data.length; i++) square += (data[i]! - mean[i]!) ** 2
    }
    variances.set(t, square / data.length)
  }
  return variances
}
