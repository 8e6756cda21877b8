/**
 * `scheduler_config.json`: the noise that a diffusers model was trained on, and its sampling settings. The classes
 * share some fields, which are always present here; a class's own fields travel along. Where a field is missing the default is
 * the class's.
 *
 * @see https://huggingface.co/docs/diffusers/en/api/schedulers/overview
 */
import * as z from 'zod/mini'
import { TweedieError } from '../../errors.ts'
import { parseConfig } from './parse-config.ts'
import { type SchedulerDefaults, schedulerDefaults } from './scheduler-classes.ts'
import { schedulerFields } from './scheduler-fields.ts'

/** A scheduler's configuration, all shared fields present. */
export interface SchedulerConfig {
  readonly _class_name: string
  readonly num_train_timesteps: number
  readonly beta_start: number
  readonly beta_end: number
  readonly beta_schedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2' | 'sigmoid' | 'laplace' | 'exp'
  /** The table of β itself, which overrules its name. */
  readonly trained_betas: number[] | null
  readonly rescale_betas_zero_snr: boolean
  readonly prediction_type: 'epsilon' | 'sample' | 'v_prediction' | 'flow_prediction'
  readonly variance_type: 'fixed_small' | 'fixed_small_log' | 'fixed_large' | 'learned' | 'learned_range' | null
  readonly timestep_spacing: 'leading' | 'trailing' | 'linspace'
  readonly steps_offset: number
  readonly set_alpha_to_one: boolean
  readonly clip_sample: boolean
  readonly clip_sample_range: number
  readonly thresholding: boolean
  readonly dynamic_thresholding_ratio: number
  readonly sample_max_value: number
  readonly [other: string]: unknown
}

/** The shared fields as they are in a class that does not have them. */
const silent = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  trained_betas: null,
  rescale_betas_zero_snr: false,
  prediction_type: 'epsilon',
  variance_type: null,
  timestep_spacing: 'leading',
  steps_offset: 0,
  set_alpha_to_one: true,
  clip_sample: false,
  clip_sample_range: 1,
  thresholding: false,
  dynamic_thresholding_ratio: 0.995,
  sample_max_value: 1,
} as const satisfies SchedulerDefaults

const shared = Object.keys(silent) as readonly (keyof typeof silent)[]
const sharedSchema = z.looseObject(pick(schedulerFields, shared) as Pick<typeof schedulerFields, keyof typeof silent>)

/** The scheduler classes whose configuration is understood. */
export const schedulerClasses: readonly string[] = Object.freeze(Object.keys(schedulerDefaults))

/**
 * A scheduler's configuration, checked and completed with its class's defaults.
 *
 * @throws TweedieError `model` for an unknown class, or naming the field, what was got and what is supported
 * @example
 * parseSchedulerConfig({ _class_name: 'DDIMScheduler', beta_schedule: 'scaled_linear' }).clip_sample // true
 */
export function parseSchedulerConfig(value: unknown, source = 'scheduler'): SchedulerConfig {
  const { _class_name: className } = parseConfig(z.looseObject({ _class_name: z.string() }), value, source)
  const defaults = defaultsOf(className, source)
  const present = withoutNulls(value as object, { ...silent, ...defaults })
  const known = { ...present, ...checkOwn(present, defaults, source) }
  const full = { ...silent, ...pick(defaults, shared), ...known, _class_name: className }
  return parseConfig(sharedSchema, full, source) as SchedulerConfig
}

/**
 * All options that a scheduler's class has, and no others: those that diffusers would use.
 *
 * @throws TweedieError `model` for an unknown class, or an option whose value is not supported
 * @example
 * schedulerOptions({ _class_name: 'EulerDiscreteScheduler', clip_sample: true }) // no clip_sample: the class has none
 */
export function schedulerOptions(
  config: Readonly<Record<string, unknown>>,
  source = 'scheduler',
): Readonly<Record<string, unknown>> & { readonly _class_name: string } {
  const className = String(config['_class_name'])
  const defaults = defaultsOf(className, source)
  const present = withoutNulls(config, { ...silent, ...defaults })
  return { ...defaults, ...checkOwn(present, defaults, source), _class_name: className }
}

/** The configuration as diffusers 0.24 would write it: without the shared fields that its class does not have there. */
export function formatSchedulerConfig(config: SchedulerConfig): Record<string, unknown> {
  const { _class_name: className } = config
  const own = Object.keys(schedulerDefaults[className]!).filter(
    (field) => field !== 'rescale_betas_zero_snr' || className === 'DDIMScheduler',
  )
  const isAbsent = (field: string, value: unknown): boolean =>
    Object.hasOwn(silent, field) && !own.includes(field) && silent[field as keyof typeof silent] === value
  return Object.fromEntries(Object.entries(config).filter(([field, value]) => !isAbsent(field, value)))
}

function defaultsOf(className: string, source: string): SchedulerDefaults {
  if (Object.hasOwn(schedulerDefaults, className)) return schedulerDefaults[className]!
  throw new TweedieError('model', `${source}: unknown scheduler class: ${className}`, {
    hint: `supported are ${schedulerClasses.join(', ')}`,
  })
}

/** The options that the class has, checked. */
function checkOwn(present: object, defaults: SchedulerDefaults, source: string): Record<string, unknown> {
  const own = pick(present as Record<string, unknown>, Object.keys(defaults))
  const fields = pick(schedulerFields, Object.keys(own)) as Readonly<Record<string, z.ZodMiniType>>
  return parseConfig(z.object(fields), own, source)
}

/** Null means the default, where null is none. */
function withoutNulls(config: object, defaults: SchedulerDefaults): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).filter(
      ([key, value]) => value !== undefined && (value !== null || (defaults[key] ?? null) === null),
    ),
  )
}

function pick(record: object, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => keys.includes(key)))
}
