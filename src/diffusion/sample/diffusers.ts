/**
 * A diffusers `scheduler_config.json` in our words: one object there is a schedule, a parametrisation, a projection, a
 * sampler and a grid of times here. Options that are missing take the defaults of their class.
 */
import { clipped, dynamicThreshold } from '../denoise/clip.ts'
import type { Denoiser } from '../denoise/denoiser.ts'
import type { ParametrisationName } from '../denoise/parametrisation.ts'
import { TweedieError } from '../../errors.ts'
import { type BetaTableName } from '../noise/betas.ts'
import { rectifiedFlow } from '../noise/flow.ts'
import type { Schedule } from '../noise/schedule.ts'
import { indexOfTime, tableSchedule } from '../noise/table-schedule.ts'
import { namedTable, noiseTable, type NoiseTable, tableOfAlphaBar, zeroTerminalSnr } from '../noise/table.ts'
import { ddim } from './ddim.ts'
import { ddpm } from './ddpm.ts'
import { deis, lms } from './deis.ts'
import { dpmSolverGrouped, dpmSolverSde } from './dpm-solver-single.ts'
import { dpmSolver } from './dpm-solver.ts'
import { kdpm2 } from './kdpm2.ts'
import { pndm } from './pndm.ts'
import { euler, heun } from './runge-kutta.ts'
import type { LinearSampler } from './sampler.ts'
import { tableTimes } from './table-times.ts'
import { karrasTimes, logSnrTimes, requireSteps } from './times.ts'
import { uniPc } from './unipc.ts'

/** The parsed JSON. */
export type SchedulerConfig = Readonly<Record<string, unknown>>

/** What a scheduler is made of. */
export interface SchedulerParts {
  readonly schedule: Schedule
  /** The β table; rectified flow has none. */
  readonly table: NoiseTable | undefined
  /** What the network predicts. */
  readonly kind: ParametrisationName
  readonly sampler: LinearSampler
  /** Adds the clipping or thresholding that the config asks for. */
  project(denoiser: Denoiser): Denoiser
  /** The grid of this many steps. */
  times(steps: number): number[]
  /** The number that the network is told for time t, diffusers' timestep. */
  level(t: number): number
}

/** What the classes differ in. */
interface SchedulerClass {
  readonly defaults: SchedulerConfig
  /** Options that the class ignores: what it does instead. */
  readonly fixed?: SchedulerConfig
  /** How the class spreads n steps over a table. */
  readonly spread: 'n' | 'n+1'
  /** Whether levels are rounded to whole ones. */
  readonly rounding: 'whole' | 'none'
  sampler(config: Config): LinearSampler
}

type Config = Readonly<Record<string, any>>

const common: SchedulerConfig = {
  num_train_timesteps: 1000,
  beta_start: 1e-4,
  beta_end: 0.02,
  beta_schedule: 'linear',
  prediction_type: 'epsilon',
  timestep_spacing: 'linspace',
  steps_offset: 0,
  clip_sample: false,
  clip_sample_range: 1,
  dynamic_thresholding_ratio: 0.995,
  sample_max_value: 1,
  final_sigmas_type: 'zero',
  solver_order: 2,
  lower_order_final: true,
  shift: 1,
}
const leading = { timestep_spacing: 'leading' }
const stable = { beta_start: 0.00085, beta_end: 0.012 }

const classes: Readonly<Record<string, SchedulerClass>> = {
  DDPMScheduler: {
    ...whole('n', { ...leading, clip_sample: true }),
    fixed: { final_sigmas_type: 'zero' },
    sampler: ({ variance_type }) => ddpm({ variance: variance_type === 'fixed_large' ? 'large' : 'small' }),
  },
  DDIMScheduler: {
    ...whole('n', { ...leading, clip_sample: true, set_alpha_to_one: true }),
    fixed: { final_sigmas_type: 'zero' },
    sampler: () => ddim({ direction: 'network' }),
  },
  PNDMScheduler: {
    ...whole('n', { ...leading, set_alpha_to_one: false }),
    fixed: { final_sigmas_type: 'zero', clip_sample: false },
    sampler: ({ skip_prk_steps }) => pndm({ start: skip_prk_steps ? 'euler' : 'runge-kutta' }),
  },
  EulerDiscreteScheduler: { ...fractional(), sampler: () => euler() },
  EulerAncestralDiscreteScheduler: { ...fractional(), sampler: () => euler({ eta: 1 }) },
  LMSDiscreteScheduler: { ...fractional(), sampler: () => lms() },
  HeunDiscreteScheduler: { ...fractional(stable), sampler: () => heun() },
  KDPM2DiscreteScheduler: { ...fractional(stable), sampler: () => kdpm2() },
  KDPM2AncestralDiscreteScheduler: { ...fractional(stable), sampler: () => kdpm2({ eta: 1 }) },
  DPMSolverSDEScheduler: { ...fractional(stable), sampler: () => dpmSolverSde() },
  DPMSolverMultistepScheduler: {
    ...whole('n+1', { algorithm_type: 'dpmsolver++', solver_type: 'midpoint' }),
    sampler: ({ algorithm_type, solver_order, solver_type, lower_order_final, euler_at_final }) =>
      dpmSolver({
        order: solver_order,
        predict: algorithm_type.endsWith('++') ? 'sample' : 'epsilon',
        equation: algorithm_type.startsWith('sde') ? 'sde' : 'ode',
        type: solver_type === 'heun' ? 'heun' : 'midpoint',
        lowerOrderFinal: lower_order_final ? 'auto' : euler_at_final ? 'euler' : 'never',
        curvature: 'published',
      }),
  },
  DPMSolverSinglestepScheduler: {
    ...whole('n+1', { algorithm_type: 'dpmsolver++', solver_type: 'midpoint', lower_order_final: false }),
    fixed: { timestep_spacing: 'linspace' },
    sampler: ({ algorithm_type, solver_order, solver_type, lower_order_final }) =>
      dpmSolverGrouped({
        order: solver_order,
        predict: algorithm_type === 'dpmsolver' ? 'epsilon' : 'sample',
        type: solver_type === 'heun' ? 'heun' : 'midpoint',
        lowerOrderFinal: lower_order_final,
      }),
  },
  DEISMultistepScheduler: {
    ...whole('n+1'),
    fixed: { final_sigmas_type: 'sigma_min' },
    sampler: ({ solver_order, lower_order_final }) =>
      deis({ order: solver_order, lowerOrderFinal: lower_order_final ? 'auto' : 'never' }),
  },
  UniPCMultistepScheduler: {
    ...whole('n+1', { solver_type: 'bh2', predict_x0: true, disable_corrector: [] }),
    sampler: ({ solver_order, solver_type, predict_x0, lower_order_final, disable_corrector }) =>
      uniPc({
        order: solver_order,
        type: solver_type === 'bh1' ? 'bh1' : 'bh2',
        predict: predict_x0 ? 'sample' : 'epsilon',
        lowerOrderFinal: lower_order_final ? 'always' : 'never',
        uncorrected: disable_corrector,
      }),
  },
  FlowMatchEulerDiscreteScheduler: { ...fractional(), sampler: () => euler({ clock: 'time' }) },
  FlowMatchHeunDiscreteScheduler: { ...fractional(), sampler: () => heun({ clock: 'time' }) },
}

/** The scheduler classes that {@link schedulerParts} understands. */
export const schedulerClasses: readonly string[] = Object.freeze(Object.keys(classes))

/**
 * Takes a scheduler apart.
 *
 * @param className another class to use with the same config, as `DDIMScheduler.from_config(…)` does in diffusers
 * @throws TweedieError `model` for a class or an option that has no counterpart
 * @example
 * const { schedule, kind, sampler, project, times, level } = schedulerParts(JSON.parse(text))
 * const denoiser = project(fromPrediction((x, t) => unet(x, level(t)), { schedule, shape, kind }))
 * const images = await sampleFinal(denoiser, { sampler, times: times(50), batch: 16 })
 */
export function schedulerParts(
  config: SchedulerConfig,
  className: string = String(config['_class_name'] ?? 'DDPMScheduler'),
): SchedulerParts {
  const entry = Object.hasOwn(classes, className) ? classes[className]! : undefined
  if (!entry) {
    throw new TweedieError('model', `unknown scheduler class: ${className}`, {
      hint: `one of ${schedulerClasses.join(', ')}`,
    })
  }
  const given = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null))
  const options: Config = { ...common, ...entry.defaults, ...given, ...entry.fixed }
  if (className.startsWith('FlowMatch')) return flowParts(options, entry)
  const table = tableOf(options, className)
  const schedule = tableSchedule(table, String(options['beta_schedule']))
  return {
    schedule,
    table,
    kind: kindOf(options['prediction_type']),
    sampler: entry.sampler(options),
    project: projection(options),
    times: (steps) => timesOf(options, entry, schedule, table, steps),
    level: (t) => (roundsLevels(options, entry) ? Math.round(indexOfTime(table, t)) : indexOfTime(table, t)),
  }
}

function whole(spread: 'n' | 'n+1', defaults: SchedulerConfig = {}) {
  return { spread, rounding: 'whole', defaults } as const
}

function fractional(defaults: SchedulerConfig = {}) {
  return { spread: 'n', rounding: 'none', defaults, fixed: { set_alpha_to_one: true, thresholding: false } } as const
}

function tableOf(options: Config, className: string): NoiseTable {
  const { trained_betas, beta_schedule, beta_start, beta_end, num_train_timesteps, rescale_betas_zero_snr } = options
  const table = trained_betas
    ? noiseTable(trained_betas)
    : namedTable(beta_schedule as BetaTableName, {
        steps: num_train_timesteps,
        betaStart: beta_start,
        betaEnd: beta_end,
      })
  if (!rescale_betas_zero_snr) return table
  const rescaled = zeroTerminalSnr(table)
  // all but these two keep a trace of signal, so that σ/α stays finite (and, other than there, still rises)
  if (className === 'DDPMScheduler' || className === 'DDIMScheduler') return rescaled
  const last = rescaled.steps - 1
  const trace = Math.min(2 ** -24, rescaled.alphaBar[last - 1]! / 2)
  return tableOfAlphaBar(rescaled.alphaBar.map((value, i) => (i === last ? trace : value)))
}

function kindOf(name: string): ParametrisationName {
  const kinds: Readonly<Record<string, ParametrisationName>> = {
    epsilon: 'epsilon',
    sample: 'sample',
    v_prediction: 'v',
  }
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
  if (kind) return kind
  throw new TweedieError('model', `unknown prediction_type: ${name}`, {
    hint: `one of ${Object.keys(kinds).join(', ')}`,
  })
}

function projection(options: Config): (denoiser: Denoiser) => Denoiser {
  const { thresholding, dynamic_thresholding_ratio, sample_max_value, clip_sample, clip_sample_range } = options
  if (thresholding) {
    return (denoiser) => dynamicThreshold(denoiser, { quantile: dynamic_thresholding_ratio, max: sample_max_value })
  }
  return (denoiser) => (clip_sample ? clipped(denoiser, [-clip_sample_range, clip_sample_range]) : denoiser)
}

function timesOf(
  options: Config,
  entry: SchedulerClass,
  schedule: Schedule,
  table: NoiseTable,
  steps: number,
): number[] {
  const clean = options['final_sigmas_type'] === 'zero' && options['set_alpha_to_one'] !== false
  const final = clean ? 'zero' : 'sigma-min'
  if (options['use_beta_sigmas']) throw new TweedieError('model', 'use_beta_sigmas has no counterpart here')
  // where diffusers repeats the lowest level at the end, which does nothing, the grid is one step shorter
  const shorter = clean ? steps : steps - 1
  if (options['use_karras_sigmas']) return karrasTimes(schedule, shorter, { final })
  if (options['use_lu_lambdas'] || options['use_exponential_sigmas']) return logSnrTimes(schedule, shorter, { final })
  const { timestep_spacing: spacing, steps_offset: offset } = options
  const times = tableTimes(table, steps, { spacing, offset, final, spread: entry.spread, rounding: entry.rounding })
  return times.filter((t, i) => t !== times[i - 1])
}

/** Grids of noise levels fall between whole levels; the classes of whole levels then ask the network at the nearest. */
function roundsLevels(options: Config, entry: SchedulerClass): boolean {
  return entry.rounding === 'whole' && Boolean(options['use_karras_sigmas'] || options['use_lu_lambdas'])
}

/** Rectified flow: n times from 1 to shift · (1/T), shifted once more, then clean data. */
function flowParts(options: Config, entry: SchedulerClass): SchedulerParts {
  const { num_train_timesteps: T, shift } = options
  const shiftTime = (t: number) => (shift * t) / (1 + (shift - 1) * t)
  return {
    schedule: rectifiedFlow(),
    table: undefined,
    kind: 'flow',
    sampler: entry.sampler(options),
    project: (denoiser) => denoiser,
    times(steps) {
      requireSteps(steps)
      const lowest = shiftTime(1 / T)
      const times = Array.from({ length: steps }, (_, i) =>
        shiftTime(steps === 1 ? 1 : 1 + (i / (steps - 1)) * (lowest - 1)),
      )
      return [...times, 0]
    },
    level: (t) => t * T,
  }
}
