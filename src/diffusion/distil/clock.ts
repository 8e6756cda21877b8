/** Grids of times that nest: every second time of 2n steps is a time of n steps. */
import { TweedieError } from '../../errors.ts'
import { noiseLevel, type Schedule, timeOfNoiseLevel } from '../noise/schedule.ts'

/** Karras et al. (2022) spread levels σ/α by this power, where the noise grows far beyond the data. */
const rho = 7

/** The lowest level of that spread: EDM's. */
const faintest = 0.002

/**
 * From shares u ∈ [0, 1] of the way from data to noise to times: t = u t_max; where the noise grows far beyond the data (VE, EDM),
 * equal shares are equal steps of (σ/α)^{1/7}. t_max is 1, or a little less where no signal is left at 1.
 *
 * @example
 * const clock = nestedClock(cosineSchedule())
 * clock(0.5) // the middle of all times
 */
export function nestedClock(schedule: Schedule): (share: number) => number {
  const most = schedule.logSnr(1) > -Infinity ? 1 : 0.999
  if (schedule.table || schedule.sigma(1) <= 2) return (u) => u * most
  const [low, high] = [faintest ** (1 / rho), noiseLevel(schedule, 1) ** (1 / rho)]
  return (u) => (u === 0 ? 0 : u === 1 ? 1 : timeOfNoiseLevel(schedule, (low + u * (high - low)) ** rho))
}

/**
 * n steps from noise to data by {@link nestedClock}: n + 1 falling times, the last one 0.
 *
 * @throws TweedieError `usage` for a number of steps that is no positive whole number
 */
export function nestedTimes(schedule: Schedule, steps: number): number[] {
  if (!(Number.isInteger(steps) && steps > 0)) {
    throw new TweedieError('usage', `${steps} steps: the number of steps must be a positive whole number`)
  }
  const clock = nestedClock(schedule)
  return Array.from({ length: steps + 1 }, (_, i) => clock((steps - i) / steps))
}
