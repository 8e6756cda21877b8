/**
 * Time grids: arrays t_0 > t_1 > … > t_n that a sampler walks through, for n steps. They are plain numbers, so any other
 * array does as well.
 */
import { TweedieError } from '../../errors.ts'
import { noiseLevel, type Schedule, timeOfNoiseLevel } from '../noise/schedule.ts'
import { exponentialCurve, karrasCurve, type LevelCurve } from './levels.ts'

/** The ends of a grid. */
export interface TimeRange {
  /** The first time; default 1, or the last one at which some signal is left. */
  readonly from?: number
  /** The last time above zero; default 0.001, or the first level of the schedule's table. */
  readonly to?: number
  /**
   * What comes after `to`: `zero` — one more step, down to clean data (the default); `sigma-min` — nothing, the n steps
   * end at `to`, in data with a trace of noise.
   */
  readonly final?: 'zero' | 'sigma-min'
}

/** n equal steps of time from 1 to 0. */
export function uniformTimes(steps: number, { from = 1, to = 0 }: { from?: number; to?: number } = {}): number[] {
  requireSteps(steps)
  return Array.from({ length: steps + 1 }, (_, i) => (i === steps ? to : from + ((to - from) * i) / steps))
}

/** n steps of time that shrink towards the data, t = u² for equal steps of u. DDIM (Song et al., 2021), appendix D.2 */
export function quadraticTimes(steps: number, { from = 1, to = 0 }: { from?: number; to?: number } = {}): number[] {
  return uniformTimes(steps, { from: Math.sqrt(from), to: Math.sqrt(to) }).map((u) => u * u)
}

/**
 * Equal steps of time down to where the noise is faint, and one more to clean data. The last step of any solver is of first
 * order; n equal steps of time end in one from t = 1/n, and if n is small that leap blurs what the others have worked out.
 * From about n = 50 on these are equal steps of time all the way.
 *
 * @param options `level`: σ/α where the last step begins at most, default 0.04
 */
export function faintTimes(
  schedule: Schedule,
  steps: number,
  { from = 1, level = 0.04 }: { from?: number; level?: number } = {},
): number[] {
  requireSteps(steps)
  const to = Math.min(timeOfNoiseLevel(schedule, level), from / steps)
  return steps === 1 ? [from, 0] : [...uniformTimes(steps - 1, { from, to }), 0]
}

/**
 * Equal steps of (σ/α)^{1/ρ}: the larger ρ, the more steps at low noise.
 *
 * Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022), equation 5,
 * https://arxiv.org/abs/2206.00364
 */
export function karrasTimes(
  schedule: Schedule,
  steps: number,
  { rho = 7, ...range }: TimeRange & { rho?: number } = {},
): number[] {
  return levelTimes(schedule, steps, range, karrasCurve(rho))
}

/**
 * Equal steps of log-SNR, so a geometric progression of σ/α: DPM-Solver's own grid, and k-diffusion's `exponential`.
 *
 * DPM-Solver (Lu et al., 2022), section 3.3, https://arxiv.org/abs/2206.00927
 */
export function logSnrTimes(schedule: Schedule, steps: number, range: TimeRange = {}): number[] {
  return levelTimes(schedule, steps, range, exponentialCurve)
}

/** Times at which the noise level σ/α takes the values of a curve at equal steps of u from 0 to 1. */
export function levelTimes(schedule: Schedule, steps: number, range: TimeRange, level: LevelCurve): number[] {
  requireSteps(steps)
  const {
    from = lastWithSignal(schedule),
    to = schedule.table ? 1 / schedule.table.steps : 1e-3,
    final = 'zero',
  } = range
  const count = final === 'zero' ? steps : steps + 1
  const [max, min] = [noiseLevel(schedule, from), noiseLevel(schedule, to)]
  if (!(min > 0 && max < Infinity)) {
    throw new TweedieError(
      'usage',
      `noise levels from ${max} to ${min}: this grid needs both to be positive and finite`,
      {
        hint: 'choose `from` and `to` strictly between 0 and 1',
      },
    )
  }
  const times = Array.from({ length: count }, (_, i) =>
    i === 0 ? from : i === count - 1 ? to : timeOfNoiseLevel(schedule, level(max, min, i / (count - 1))),
  )
  return final === 'zero' ? [...times, 0] : times
}

function lastWithSignal(schedule: Schedule): number {
  if (schedule.logSnr(1) > -Infinity) return 1
  return schedule.table ? 1 - 1 / schedule.table.steps : 0.999
}

/** Refuses a number of steps that is not a positive whole number. */
export function requireSteps(steps: number): void {
  if (!(Number.isInteger(steps) && steps > 0)) {
    throw new TweedieError('usage', `${steps} steps: the number of steps must be a positive whole number`)
  }
}
