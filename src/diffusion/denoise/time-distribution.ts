/**
 * The distribution of training times. Each is defined by its quantiles, so that stratified numbers u ∈ (0, 1) give
 * stratified times. All of them change the objective except `importance`, which divides the weights by its density: it
 * only makes the loss less noisy.
 */
import { TweedieError } from '../../errors.ts'
import { clampTime, type Schedule, sigmoid, timeOfNoiseLevel } from '../noise/schedule.ts'
import { normalQuantile } from './normal-quantile.ts'

/** A law of t as JSON. */
export type TimesSpec =
  /** All times, or all levels of a table, equally likely. */
  | { readonly name: 'uniform' }
  /** ln(σ/α) ~ N(mean, std²), defaults −1.2 and 1.2. EDM (Karras et al., 2022), https://arxiv.org/abs/2206.00364 */
  | { readonly name: 'log-normal'; readonly mean?: number; readonly std?: number }
  /** logit(t) ~ N(mean, std²), defaults 0 and 1. Scaling Rectified Flow Transformers (Esser et al., 2024), https://arxiv.org/abs/2403.03206 */
  | { readonly name: 'logit-normal'; readonly mean?: number; readonly std?: number }
  /**
   * p(t) ∝ g²/σ² = −dλ/dt: all log-SNR equally likely; the likelihood's weight of the error of ε is then the same at
   * all times.
   * Maximum Likelihood Training of Score-Based Diffusion Models (Song et al., 2021), section 5, https://arxiv.org/abs/2101.09258
   */
  | { readonly name: 'importance' }

/** The names of the laws. */
export const timesNames = Object.freeze(['uniform', 'log-normal', 'logit-normal', 'importance'] as const)

/** A law of t. */
export interface TimeDistribution {
  /** The time below which a share u of all times lie. */
  at(u: number): number
  /** The divisor of the weight at time t: the density for `importance`, else 1. */
  correction(t: number): number
}

/** Times are kept away from where there is no noise, or no signal, by this much. */
const margin = 1e-5

/**
 * A law of times on a schedule.
 *
 * @throws TweedieError `usage` for an unknown name, or a law that needs continuous time on a table
 */
export function timeDistribution(spec: TimesSpec, schedule: Schedule): TimeDistribution {
  const last = schedule.logSnr(1) > -Infinity ? 1 : 1 - margin
  const inside = (t: number): number => Math.min(last, Math.max(margin, t))
  const one = (): number => 1
  const { table } = schedule
  if (table) {
    if (spec.name === 'uniform') {
      const level = (u: number): number => Math.min(table.steps - 1, Math.floor(u * table.steps))
      return { at: (u) => (level(u) + 1) / table.steps, correction: one }
    }
    throw new TweedieError('usage', `times ${spec.name}: a table of levels knows only uniform ones`, {
      hint: 'choose a schedule in continuous time',
    })
  }
  switch (spec.name) {
    case 'uniform':
      return { at: (u) => margin + u * (last - margin), correction: one }
    case 'log-normal': {
      const { mean = -1.2, std = 1.2 } = spec
      return {
        at: (u) => inside(timeOfNoiseLevel(schedule, Math.exp(mean + std * normalQuantile(u)))),
        correction: one,
      }
    }
    case 'logit-normal': {
      const { mean = 0, std = 1 } = spec
      return { at: (u) => inside(sigmoid(mean + std * normalQuantile(u))), correction: one }
    }
    case 'importance': {
      const [first, end] = [schedule.logSnr(margin), schedule.logSnr(last)]
      const span = first - end
      return {
        at: (u) => inside(clampTime(schedule.timeOfLogSnr(first - u * span))),
        correction: (t) => schedule.diffusion(t) / schedule.sigma(t) ** 2 / span,
      }
    }
    default:
      throw new TweedieError('usage', `unknown law of times: ${String((spec as TimesSpec).name)}`, {
        hint: `one of ${timesNames.join(', ')}`,
      })
  }
}
