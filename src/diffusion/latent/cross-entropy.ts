/**
 * The cross-entropy of a code and a diffusion prior, in nats:
 *
 *     CE(q(z₀ | x) ‖ p) = E_t [w(t) |ε̂(z_t, t) − ε|² / p(t)] + D/2 log(2πe σ₁²) + E KL(q(z_T | z₀) ‖ p(z_T)),
 *
 * with t from a law of density p. It takes draws of z₀ only, which may come from an encoder: no density of q is needed. In continuous
 * time w = g²/2σ² = −½ dλ/dt, λ the log-SNR. A table's reverse steps, from its second level on, are Gaussians of variance β, as fits
 * codes that have a density: then w and some constants are those of the variational bound. Strictly the term is that of z at the faintest
 * noise, σ₁: for N(0, I) it exceeds the one of z₀ by ½ σ₁² (D − |z₀|²).
 *
 * Vahdat, Kreis & Kautz, Score-based Generative Modeling in Latent Space (2021), theorem 1, https://arxiv.org/abs/2106.05931
 */
import { add, mul, sizeOf, square } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { type Parametrisation, viewOf } from '../denoise/parametrisation.ts'
import { lossWeight } from '../denoise/weighting.ts'
import { type TimeDistribution, timeDistribution } from '../denoise/time-distribution.ts'
import { transition } from '../noise/kernel.ts'
import type { Schedule } from '../noise/schedule.ts'
import { sumOverItem } from './gaussian.ts'

/**
 * The law of times for estimates: all log-SNR equally likely, so that in continuous time w/p of the error of ε is the same at all
 * times. A level of a table is as likely as 1 − e^{λ_i − λ_{i−1}}, about the fall of λ that it stands for; the first one, which the sum
 * leaves out, as the second.
 */
export function crossEntropyTimes(schedule: Schedule): TimeDistribution {
  const { table } = schedule
  if (!table) return timeDistribution({ name: 'importance' }, schedule)
  const { steps } = table
  const falls = Float64Array.from({ length: steps }, (_, i) => {
    const t = Math.max(2, i + 1) / steps
    return -Math.expm1(schedule.logSnr(t) - schedule.logSnr(t - 1 / steps))
  })
  const total = falls.reduce((sum, each) => sum + each, 0)
  let sum = 0
  const upTo = falls.map((each) => (sum += each / total))
  return {
    at(u) {
      const level = upTo.findIndex((each) => u < each)
      return (level < 0 ? steps : level + 1) / steps
    },
    correction: (t) => (steps * falls[Math.round(t * steps) - 1]!) / total,
  }
}

/**
 * The factor of |m̂ − m|², the error of a prediction at time t, in the estimate of the cross-entropy: w(t) of ε, for this prediction,
 * over the density of times. 0 at the first level of a table.
 */
export function crossEntropyWeight(
  schedule: Schedule,
  parametrisation: Parametrisation,
  times: TimeDistribution,
  t: number,
): number {
  const { table } = schedule
  if (!table) return lossWeight('likelihood', parametrisation, schedule, t) / times.correction(t)
  if (t < 1.5 / table.steps) return 0
  const { mean } = viewOf(parametrisation, schedule, t)
  return (table.steps * stepOf(schedule, t).weight) / mean ** 2 / times.correction(t)
}

/**
 * KL(q(z_s | z_t, z₀) ‖ N(μ̃(z_t, ẑ₀), β)) of the step from a level of a table to the one before: `constant` + `weight` |ẑ₀ − z₀|², for
 * one dimension.
 */
function stepOf(schedule: Schedule, t: number): { readonly weight: number; readonly constant: number } {
  const { variance, posterior } = transition(schedule, t - 1 / schedule.table!.steps, t)
  const ratio = posterior.variance / variance
  return { weight: posterior.sample ** 2 / variance / 2, constant: (ratio - 1 - Math.log(ratio)) / 2 }
}

/** The part of the cross-entropy that no network changes. */
export interface CrossEntropyRest {
  /** What does not depend on the code, for one dimension. */
  readonly constant: number
  /** The factor of |z₀|². */
  readonly square: number
}

/** That part, with p(z_T) = N(0, α_T² + σ_T²), where samplers start. */
export function crossEntropyRest(schedule: Schedule, times: TimeDistribution): CrossEntropyRest {
  const [first, last] = [times.at(0), times.at(1)]
  const [alpha, sigma] = [schedule.alpha(last), schedule.sigma(last)]
  const scale = alpha ** 2 + sigma ** 2
  const ratio = sigma ** 2 / scale
  const entropy = Math.log(2 * Math.PI * Math.E) / 2 + Math.log(schedule.sigma(first))
  const { table } = schedule
  const steps = Array.from({ length: table ? table.steps - 1 : 0 }, (_, i) => stepOf(schedule, (i + 2) / table!.steps))
  return {
    constant: steps.reduce((sum, each) => sum + each.constant, entropy + (ratio - 1 - Math.log(ratio)) / 2),
    square: alpha ** 2 / scale / 2,
  }
}

/**
 * An estimate of the cross-entropy of each item, in nats, `[N]`.
 *
 * @param error m̂ − m, `[N, ...shape]` @param z0 a draw from q, of the same shape @param weight what {@link crossEntropyWeight} gives
 * for each item, `[N]`
 */
export function crossEntropy(error: Tensor, z0: Tensor, weight: Tensor, rest: CrossEntropyRest): Tensor {
  return add(mul(weight, sumOverItem(square(error))), restOf(z0, rest))
}

/** The part of each item that no network changes, in nats, `[N]`. */
export function restOf(z0: Tensor, { constant, square: factor }: CrossEntropyRest): Tensor {
  return add(mul(sumOverItem(square(z0)), factor), constant * sizeOf(z0.shape.slice(1)))
}
