/**
 * `scheduler_config.json`: the noise that a diffusers model was trained on, and how it wants to be sampled. The classes
 * share these fields; a class's own fields travel along untouched. Where a field is missing the default is the class's.
 *
 * @see https://huggingface.co/docs/diffusers/v0.24.0/en/api/schedulers/overview
 */
import * as z from 'zod'
import { TweedieError } from '../../errors.ts'
import { parseConfig } from './parse-config.ts'

/** Shared fields that a class does not have in diffusers: they are not written for it unless they say something. */
const clipping = ['clip_sample', 'clip_sample_range']
const thresholding = ['thresholding', 'dynamic_thresholding_ratio', 'sample_max_value']
const solver = [...clipping, 'set_alpha_to_one', 'rescale_betas_zero_snr']
const sigmas = [...solver, ...thresholding, 'variance_type']

interface SchedulerClass {
  /** What the class leaves unsaid, where it differs from the defaults of the schema. */
  readonly defaults: Readonly<Record<string, unknown>>
  readonly lacks: readonly string[]
}
const linspace = { timestep_spacing: 'linspace' }
const classes: Readonly<Record<string, SchedulerClass>> = {
  DDPMScheduler: {
    defaults: { clip_sample: true, variance_type: 'fixed_small' },
    lacks: ['set_alpha_to_one', 'rescale_betas_zero_snr'],
  },
  DDIMScheduler: { defaults: { clip_sample: true, set_alpha_to_one: true }, lacks: ['variance_type'] },
  PNDMScheduler: {
    defaults: { set_alpha_to_one: false },
    lacks: sigmas.filter((field) => field !== 'set_alpha_to_one'),
  },
  DPMSolverMultistepScheduler: { defaults: linspace, lacks: solver },
  DPMSolverSinglestepScheduler: { defaults: linspace, lacks: [...solver, 'timestep_spacing', 'steps_offset'] },
  DEISMultistepScheduler: { defaults: linspace, lacks: [...solver, 'variance_type'] },
  UniPCMultistepScheduler: { defaults: linspace, lacks: [...solver, 'variance_type'] },
  EulerDiscreteScheduler: { defaults: linspace, lacks: sigmas },
  EulerAncestralDiscreteScheduler: { defaults: linspace, lacks: sigmas },
  LMSDiscreteScheduler: { defaults: linspace, lacks: sigmas },
  HeunDiscreteScheduler: {
    defaults: { ...linspace, beta_start: 0.00085, beta_end: 0.012 },
    lacks: sigmas.filter((field) => !clipping.includes(field)),
  },
}

/** A scheduler's configuration, all shared fields present. */
export interface SchedulerConfig {
  readonly _class_name: string
  readonly num_train_timesteps: number
  readonly beta_start: number
  readonly beta_end: number
  readonly beta_schedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2' | 'sigmoid'
  /** The table of β itself, which overrules its name. */
  readonly trained_betas: number[] | null
  readonly rescale_betas_zero_snr: boolean
  readonly prediction_type: 'epsilon' | 'sample' | 'v_prediction'
  readonly variance_type:
    | 'fixed_small'
    | 'fixed_small_log'
    | 'fixed_large'
    | 'fixed_large_log'
    | 'learned'
    | 'learned_range'
    | null
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

const schema = z.looseObject({
  _class_name: z.string(),
  num_train_timesteps: z.int().positive().default(1000),
  beta_start: z.number().positive().default(0.0001),
  beta_end: z.number().positive().default(0.02),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid']).default('linear'),
  trained_betas: z.array(z.number().min(0).max(1)).nonempty().nullable().default(null),
  rescale_betas_zero_snr: z.boolean().default(false),
  prediction_type: z.enum(['epsilon', 'sample', 'v_prediction']).default('epsilon'),
  variance_type: z
    .enum(['fixed_small', 'fixed_small_log', 'fixed_large', 'fixed_large_log', 'learned', 'learned_range'])
    .nullable()
    .default(null),
  timestep_spacing: z.enum(['leading', 'trailing', 'linspace']).default('leading'),
  steps_offset: z.int().min(0).default(0),
  set_alpha_to_one: z.boolean().default(true),
  clip_sample: z.boolean().default(false),
  clip_sample_range: z.number().positive().default(1),
  thresholding: z.boolean().default(false),
  dynamic_thresholding_ratio: z.number().positive().max(1).default(0.995),
  sample_max_value: z.number().positive().default(1),
})

/** The scheduler classes whose configuration is understood. */
export const schedulerClasses: readonly string[] = Object.freeze(Object.keys(classes))

/**
 * A scheduler's configuration, checked and completed with its class's defaults.
 *
 * @throws TweedieError `model` for an unknown class, or naming the field, what was got and what is supported
 * @example
 * parseSchedulerConfig({ _class_name: 'DDIMScheduler', beta_schedule: 'scaled_linear' }).clip_sample // true
 */
export function parseSchedulerConfig(value: unknown, source = 'scheduler'): SchedulerConfig {
  const { _class_name: className } = parseConfig(z.looseObject({ _class_name: z.string() }), value, source)
  if (!Object.hasOwn(classes, className)) {
    throw new TweedieError('model', `${source}: _class_name is "${className}"`, {
      hint: `supported are ${schedulerClasses.join(', ')}`,
    })
  }
  return parseConfig(schema, { ...classes[className]!.defaults, ...(value as object) }, source)
}

/** The configuration as diffusers would write it: without the shared fields that its class does not have. */
export function formatSchedulerConfig(config: SchedulerConfig): Record<string, unknown> {
  const { defaults, lacks } = classes[config._class_name]!
  const silent: Record<string, unknown> = parseConfig(schema, { _class_name: '', ...defaults }, 'scheduler')
  return Object.fromEntries(
    Object.entries(config).filter(([key, value]) => !(lacks.includes(key) && value === silent[key])),
  )
}
