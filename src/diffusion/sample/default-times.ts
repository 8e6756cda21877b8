/** The default times at which a model is sampled. */
import { TweedieError } from '../../errors.ts'
import { timeOfNoiseLevel, type Schedule } from '../noise/schedule.ts'
import { tableTimes } from './table-times.ts'
import { faintTimes, karrasTimes, logSnrTimes, uniformTimes } from './times.ts'

/** Ways to lay out n steps: diffusers' three on the levels of a table, and four in continuous time. */
export const spacingNames = Object.freeze([
  'trailing',
  'leading',
  'linspace',
  'uniform',
  'faint',
  'log-snr',
  'karras',
] as const)

/** A name in {@link spacingNames}. */
export type SpacingName = (typeof spacingNames)[number]

/** The lowest noise level σ/α before the last step, where the schedule has no table: EDM's. */
const faintest = 0.002

/**
 * n steps on a schedule. By default, on a table, equal steps of time whose last begins where the noise is `faint`: from 50 steps
 * on the `trailing` levels; on other schedules equal steps of time, or `karras` where the noise grows far beyond the data
 * (VE, EDM).
 *
 * @throws TweedieError `usage` for table levels on a schedule without a table
 */
export function timesOf(schedule: Schedule, steps: number, spacing = defaultSpacing(schedule, steps)): number[] {
  const { table } = schedule
  const range = table ? {} : { to: Math.max(1e-5, timeOfNoiseLevel(schedule, faintest)) }
  switch (spacing) {
    case 'karras':
      return karrasTimes(schedule, steps, range)
    case 'log-snr':
      return logSnrTimes(schedule, steps, range)
    case 'faint':
      return faintTimes(schedule, steps)
    case 'uniform':
      return uniformTimes(steps, { from: schedule.logSnr(1) > -Infinity || table ? 1 : 0.999 })
    default:
      if (table) return tableTimes(table, steps, { spacing })
      throw new TweedieError('usage', `spacing ${spacing}: the schedule ${schedule.name} has no levels`, {
        hint: 'one of uniform, faint, log-snr, karras',
      })
  }
}

/** From so many steps on, equal steps of time already end at faint noise. */
const manySteps = 50

function defaultSpacing(schedule: Schedule, steps: number): SpacingName {
  if (schedule.table) return steps < manySteps ? 'faint' : 'trailing'
  return schedule.sigma(1) > 2 ? 'karras' : 'uniform'
}
