/** The times of n steps on a table of β, by the options of a scheduler. */
import { TweedieError } from '../../../errors.ts'
import { halfLogSnr, noiseLevel, type Schedule, timeOfNoiseLevel } from '../../noise/schedule.ts'
import { timeOfIndex } from '../../noise/table-schedule.ts'
import type { NoiseTable } from '../../noise/table.ts'
import { betaCurve, exponentialCurve, karrasCurve, type LevelCurve } from '../levels.ts'
import { roundHalfEven, tableIndices, type TableSpacing } from '../table-times.ts'
import { levelTimes, requireSteps } from '../times.ts'
import type { SchedulerClass } from './classes.ts'
import type { SchedulerOptions } from './options.ts'

type TableNoise = Schedule & { readonly table: NoiseTable }

/**
 * The curve of noise levels of the options; undefined: equal steps of the table instead.
 *
 * @throws TweedieError `model` for more than one
 */
export function levelCurve(options: SchedulerOptions): LevelCurve | undefined {
  const curves = {
    use_karras_sigmas: karrasCurve(),
    use_exponential_sigmas: exponentialCurve,
    use_beta_sigmas: betaCurve,
    use_lu_lambdas: exponentialCurve,
  }
  const names = (Object.keys(curves) as (keyof typeof curves)[]).filter((name) => options[name])
  if (names.length > 1) {
    throw new TweedieError('model', `${options._class_name}: ${names.join(' and ')} are all true`, {
      hint: 'only one of them can be',
    })
  }
  return names[0] && curves[names[0]]
}

/** The grid: from a number of steps to falling times. */
export function tableGrid(options: SchedulerOptions, entry: SchedulerClass, schedule: TableNoise) {
  const { table } = schedule
  const clean = !entry.endsAtLevel && options.final_sigmas_type !== 'sigma_min' && options.set_alpha_to_one !== false
  const last = clean ? 0 : timeOfIndex(table, 0)
  if (entry.distilled)
    return (steps: number) => [...distilledTimes(options, table, steps).filter((t) => t > last), last]
  const curve = levelCurve(options)
  const highest = levelsInUse(options, schedule)
  const indices = (steps: number): number[] => spaced(table.steps, highest, steps, options, entry)
  const times = curve
    ? (steps: number) => levelTimes(schedule, steps, ends(options, entry, schedule, indices(steps)), curve).slice(0, -1)
    : (steps: number) => indices(steps).map((index) => timeOfIndex(table, index))
  // where diffusers repeats the lowest level at the end, which does nothing, the grid is one step shorter
  return (steps: number): number[] => [...times(steps).filter((t) => t > last), last]
}

/** How many levels are used: `lambda_min_clipped` leaves out those with less signal. */
function levelsInUse({ lambda_min_clipped: least }: SchedulerOptions, schedule: TableNoise): number {
  const { table } = schedule
  if ((least ?? -Infinity) === -Infinity) return table.steps
  let count = table.steps
  while (count > 0 && halfLogSnr(schedule, timeOfIndex(table, count - 1)) < least!) count--
  if (count > 0) return count
  throw new TweedieError('model', `lambda_min_clipped is ${least}: no level of the table has as much signal`)
}

/**
 * The times of n steps among those that a model was distilled for: every k-th level of the table, k = ⌊T/original_inference_steps⌋, of
 * which n are taken in equal strides from the noisiest.
 */
function distilledTimes(
  { original_inference_steps: original = 50 }: SchedulerOptions,
  table: NoiseTable,
  steps: number,
) {
  requireSteps(steps)
  if (original > table.steps) {
    throw new TweedieError('model', `original_inference_steps is ${original}: the table has ${table.steps} levels only`)
  }
  if (steps > original) {
    throw new TweedieError('usage', `${steps} steps: the model was distilled for ${original} at most`, {
      hint: '4 to 8 are usual',
    })
  }
  const stride = Math.floor(table.steps / original)
  return Array.from({ length: steps }, (_, i) =>
    timeOfIndex(table, stride * (original - Math.floor((i * original) / steps)) - 1),
  )
}

/** The levels of n steps among the first `highest` of T, falling. */
function spaced(
  T: number,
  highest: number,
  steps: number,
  { timestep_spacing: spacing = 'linspace', steps_offset: offset = 0 }: SchedulerOptions,
  { spread, rounding }: SchedulerClass,
): number[] {
  const layout: TableSpacing = { spacing, offset, spread, rounding }
  if (spacing !== 'trailing' || highest === T) return unique(tableIndices(highest, steps, layout), T)
  requireSteps(steps)
  const all = Array.from({ length: steps }, (_, i) => highest - i * (T / steps)).filter((level) => level > 0)
  return unique(
    all.map((level) => roundHalfEven(level) - 1),
    T,
  )
}

/** Falling levels without repetitions and within the table, which an offset may leave. */
function unique(indices: readonly number[], T: number): number[] {
  return indices.map((index) => Math.min(index, T - 1)).filter((index, i, all) => index >= 0 && index !== all[i - 1])
}

/** Where a curve of noise levels begins and ends. */
function ends(
  { sigma_min: min, sigma_max: max, _class_name: className }: SchedulerOptions,
  { rounding }: SchedulerClass,
  schedule: TableNoise,
  indices: readonly number[],
): { from?: number; to?: number } {
  const { table } = schedule
  const range =
    rounding === 'whole' ? {} : { from: timeOfIndex(table, indices[0]!), to: timeOfIndex(table, indices.at(-1)!) }
  const most = noiseLevel(schedule, 1)
  if ((max ?? 0) > most * (1 + 1e-6)) {
    throw new TweedieError('model', `${className}: sigma_max is ${max}, the table's highest noise level is ${most}`, {
      hint: 'a table with more noise, or a smaller sigma_max',
    })
  }
  return {
    ...range,
    ...(max && { from: timeOfNoiseLevel(schedule, max) }),
    ...(min && { to: timeOfNoiseLevel(schedule, min) }),
  }
}
