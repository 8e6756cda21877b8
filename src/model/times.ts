/** The times at which a model is sampled, where nothing else is said. */
import { TweedieError } from '../errors.ts'
import { timeOfNoiseLevel, type Schedule } from '../noise/schedule.ts'
import { tableTimes } from '../sample/table-times.ts'
import { karrasTimes, logSnrTimes, uniformTimes } from '../sample/times.ts'

/** Ways to lay out n steps: diffusers' three on the levels of a table, and three in continuous time. */
export type SpacingName = 'trailing' | 'leading' | 'linspace' | 'uniform' | 'log-snr' | 'karras'

/** The lowest noise level σ/α before the last step, where the schedule has no table: EDM's. */
const faintest = 0.002

/**
 * n steps on a schedule. By default `trailing` levels of a table; on others equal steps of time, or `karras` where the
 * noise grows far beyond the data (VE, EDM).
 *
 * @throws TweedieError `usage` for levels of a table that there is not
 */
export function timesOf(schedule: Schedule, steps: number, spacing: SpacingName = defaultSpacing(schedule)): number[] {
  const { table } = schedule
  const range = table ? {} : { to: Math.max(1e-5, timeOfNoiseLevel(schedule, faintest)) }
  switch (spacing) {
    case 'karras':
      return karrasTimes(schedule, steps, range)
    case 'log-snr':
      return logSnrTimes(schedule, steps, range)
    case 'uniform':
      return uniformTimes(steps, { from: schedule.logSnr(1) > -Infinity || table ? 1 : 0.999 })
    default:
      if (table) return tableTimes(table, steps, { spacing })
      throw new TweedieError('usage', `spacing ${spacing}: the schedule ${schedule.name} has no levels`, {
        hint: 'one of uniform, log-snr, karras',
      })
  }
}

function defaultSpacing(schedule: Schedule): SpacingName {
  if (schedule.table) return 'trailing'
  return schedule.sigma(1) > 2 ? 'karras' : 'uniform'
}
