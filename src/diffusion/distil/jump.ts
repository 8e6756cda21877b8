/**
 * Jumps along the probability flow. A step of DDIM from t to s with the mean x̂ is
 *
 *     x_s = A x_t + B x̂,    A = σ_s/σ_t,    B = α_s − α_t σ_s/σ_t.
 *
 * Steps one after the other, t = u₀ > u₁ > … > e, each with its own mean, end where one step does with a weighted mean of these:
 *
 *     x̂* = Σ_j p_j x̂_j,    p_j = (σ_e/σ_{u_{j+1}}) B(u_j, u_{j+1}) / B(t, e),    Σ_j p_j = 1,
 *
 * since the factors A multiply. So what many steps of a teacher do, one step of a student can learn as a mean.
 *
 * - Denoising Diffusion Implicit Models (Song et al., 2021), equation 12, https://arxiv.org/abs/2010.02502
 * - Progressive Distillation (Salimans & Ho, 2022), appendix G, https://arxiv.org/abs/2202.00512
 */
import { TweedieError } from '../../errors.ts'
import type { Schedule } from '../noise/schedule.ts'

/** A step of DDIM: x_s = `state` · x_t + `mean` · x̂. */
export interface DdimWeights {
  readonly state: number
  readonly mean: number
}

/** The weights of a step from t to s < t; s = t is no step. */
export function ddimWeights(schedule: Schedule, t: number, s: number): DdimWeights {
  if (s === t) return { state: 1, mean: 0 }
  const state = schedule.sigma(s) / schedule.sigma(t)
  return { state, mean: schedule.alpha(s) - schedule.alpha(t) * state }
}

/**
 * The weights p_j of the means of steps along falling times `[u₀, …, e]`, one for each step, that give the mean of one step from the
 * first time to the last.
 *
 * @throws TweedieError `usage` for times that do not fall
 * @example
 * jumpWeights(cosineSchedule(), [1, 0.75, 0.5]) // two numbers, whose sum is 1
 */
export function jumpWeights(schedule: Schedule, times: readonly number[]): number[] {
  if (times.length < 2 || times.some((t, i) => i > 0 && !(t < times[i - 1]!))) {
    throw new TweedieError('usage', `a jump along the times ${times.join(', ')}: they must fall, and be two at least`)
  }
  const end = times.at(-1)!
  const whole = ddimWeights(schedule, times[0]!, end).mean
  return times.slice(1).map((s, j) => {
    const rest = s === end ? 1 : schedule.sigma(end) / schedule.sigma(s)
    return (rest * ddimWeights(schedule, times[j]!, s).mean) / whole
  })
}
