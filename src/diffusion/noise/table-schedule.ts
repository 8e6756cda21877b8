/**
 * A discrete table as a schedule in continuous time. Level i of T lies at time (i + 1)/T; time 0 is clean data.
 *
 * Between two levels the log-SNR is linear in time; below the first level the noise-to-signal ratio e^{−λ} falls
 * linearly to 0, as it does under a constant β, and above a last-but-one level the signal falls to a zero terminal SNR
 * in the same way. At the levels themselves the schedule is exactly the table.
 */
import { TweedieError } from '../../errors.ts'
import { clampTime, type Schedule, variancePreserving } from './schedule.ts'
import { type NoiseTable, tableOfAlphaBar } from './table.ts'

/** The time of level `index` ∈ [0, T − 1] (fractions too; −1 is clean data). */
export function timeOfIndex(table: NoiseTable, index: number): number {
  if (!(index >= -1 && index <= table.steps - 1)) {
    throw new TweedieError(
      'usage',
      `level ${index}: a table of ${table.steps} steps has levels 0 to ${table.steps - 1}`,
    )
  }
  return (index + 1) / table.steps
}

/** The level at time t, in [−1, T − 1]: a fraction between two levels, a whole number (to 1e-9) at a level. */
export function indexOfTime(table: NoiseTable, t: number): number {
  const index = t * table.steps - 1
  const nearest = Math.round(index)
  return Math.abs(index - nearest) < 1e-9 ? nearest : index
}

/** The schedule of a table. */
export function tableSchedule(table: NoiseTable, name = 'table'): Schedule {
  const { steps, alphaBar } = table
  const levels = alphaBar.map((a) => Math.log(a / (1 - a)))
  const last = steps - 1

  /** The segment that holds a level, and how far into it the level lies. */
  const locate = (t: number): [segment: number, fraction: number] => {
    const index = Math.min(last, indexOfTime(table, t))
    const segment = Math.min(Math.floor(index), last - 1)
    return [segment, index - segment]
  }
  const logSnr = (t: number): number => {
    const [i, u] = locate(t)
    const high = levels[i + 1]!
    if (i < 0) return high - Math.log(u)
    const low = levels[i]!
    return high === -Infinity ? low + Math.log1p(-u) : low + u * (high - low)
  }
  const logSnrRate = (t: number): number => {
    const [i, u] = locate(t)
    if (i < 0) return -steps / u
    const high = levels[i + 1]!
    return high === -Infinity ? -steps / (1 - u) : steps * (high - levels[i]!)
  }
  const timeOfLogSnr = (l: number): number => {
    if (l >= levels[0]!) return Math.exp(levels[0]! - l) / steps
    if (l <= levels[last]!) return 1
    let i = 0
    for (let high = last; high - i > 1;) {
      const middle = (i + high) >> 1
      if (levels[middle]! >= l) i = middle
      else high = middle
    }
    const [low, high] = [levels[i]!, levels[i + 1]!]
    const fraction = high === -Infinity ? -Math.expm1(l - low) : (l - low) / (high - low)
    return clampTime((i + 1 + fraction) / steps)
  }
  return variancePreserving({ name, logSnr, timeOfLogSnr, logSnrRate, table })
}

/** The table that a schedule passes through at times 1/T, 2/T … 1: the inverse of {@link tableSchedule}. */
export function tableOfSchedule(schedule: Schedule, steps: number): NoiseTable {
  return tableOfAlphaBar(
    Float64Array.from({ length: steps }, (_, i) => 1 / (1 + Math.exp(-schedule.logSnr((i + 1) / steps)))),
  )
}
