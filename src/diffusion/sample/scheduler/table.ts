/** Schedulers on a table of β: the table, its grid of times, and the level that the network gets as its time. */
import type { ParametrisationName } from '../../denoise/parametrisation.ts'
import { TweedieError } from '../../../errors.ts'
import type { BetaTableName } from '../../noise/betas.ts'
import { noiseLevel, type Schedule } from '../../noise/schedule.ts'
import { indexOfTime, tableSchedule } from '../../noise/table-schedule.ts'
import { namedTable, noiseTable, type NoiseTable, tableOfAlphaBar, zeroTerminalSnr } from '../../noise/table.ts'
import type { SchedulerClass } from './classes.ts'
import { flowLevels } from './flow.ts'
import type { SchedulerOptions } from './options.ts'
import type { NoiseParts } from './types.ts'
import { levelCurve, tableGrid } from './table-grid.ts'

/** Our names of diffusers' predictions. */
const kinds: Readonly<Record<string, ParametrisationName>> = {
  epsilon: 'epsilon',
  sample: 'sample',
  v_prediction: 'v',
}

/** The parts of a scheduler with a table, or with the levels of a flow if `use_flow_sigmas` is set. */
export function tableParts(options: SchedulerOptions, entry: SchedulerClass): NoiseParts {
  if (options.use_flow_sigmas) return flowLevels(options)
  const { _class_name: className, prediction_type: prediction } = options
  const kind = kinds[prediction!]
  if (kind === undefined) {
    throw new TweedieError('model', `${className}: prediction_type is "${prediction}" without use_flow_sigmas`, {
      hint: `one of ${Object.keys(kinds).join(', ')}`,
    })
  }
  if (options.shift_terminal) {
    throw new TweedieError('model', `${className}: shift_terminal is ${options.shift_terminal} without use_flow_sigmas`)
  }
  const table = tableOf(options)
  const schedule = { ...tableSchedule(table, options.beta_schedule!), table }
  return { schedule, table, kind, times: tableGrid(options, entry, schedule), level: levelOf(options, entry, schedule) }
}

function tableOf(options: SchedulerOptions): NoiseTable {
  const { trained_betas: betas, beta_schedule: name, beta_start, beta_end, num_train_timesteps: steps } = options
  const table = betas
    ? noiseTable(betas)
    : namedTable(name as BetaTableName, { steps: steps!, betaStart: beta_start!, betaEnd: beta_end! })
  if (!options.rescale_betas_zero_snr) return table
  const rescaled = zeroTerminalSnr(table)
  // all but these keep a trace of signal, so that σ/α stays finite (and, other than there, still rises)
  if (/^DD[PI]M/.test(options._class_name)) return rescaled
  const last = rescaled.steps - 1
  const trace = Math.min(2 ** -24, rescaled.alphaBar[last - 1]! / 2)
  return tableOfAlphaBar(rescaled.alphaBar.map((value, i) => (i === last ? trace : value)))
}

/** The network's time. Grids of noise levels fall between whole levels; some classes then round. */
function levelOf(
  options: SchedulerOptions,
  { rounding, timestep }: SchedulerClass,
  schedule: Schedule & { readonly table: NoiseTable },
): (t: number) => number {
  if (options.timestep_type === 'continuous' && options.prediction_type === 'v_prediction') {
    return (t) => Math.log(noiseLevel(schedule, t)) / 4
  }
  if (levelCurve(options) === undefined) return (t) => indexOfTime(schedule.table, t)
  const index = (t: number): number => Math.max(0, indexOfTime(schedule.table, t))
  if (rounding === 'none') return index
  const curved = options.use_exponential_sigmas || options.use_beta_sigmas
  const below = curved || (timestep !== 'nearest' && options.beta_schedule === 'squaredcos_cap_v2')
  return (t) => (below ? Math.floor(index(t)) : Math.round(index(t)))
}
