/**
 * The allowed values of each option of a scheduler. Other values of diffusers are refused by name: an option is obeyed
 * or refused, and never ignored.
 */
import * as z from 'zod'

/** The longest table of noise: memory is allocated for it. */
const maxLevels = 100_000

const flag = z.boolean()
const positive = z.number().positive()

/** The one supported value, for options of diffusers' own pipelines. */
function only<T extends string | number | boolean>(value: T, reason: string) {
  return z.literal(value, { error: `only ${JSON.stringify(value)} is supported: ${reason}` })
}

/** Refused unless null. */
function absent(reason: string) {
  return z.null({ error: `only null is supported: ${reason}` })
}

function choice<const T extends readonly [string, ...string[]]>(values: T, name: string) {
  return z.enum(values, { error: `unknown ${name}, expected one of ${values.join(', ')}` })
}

/** The options by name. */
export const schedulerFields = {
  num_train_timesteps: z.int().positive().max(maxLevels),
  beta_start: positive,
  beta_end: positive,
  beta_schedule: choice(['linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid', 'laplace', 'exp'], 'beta_schedule'),
  trained_betas: z.array(z.number().min(0).max(1)).nonempty().max(maxLevels).nullable(),
  prediction_type: choice(['epsilon', 'sample', 'v_prediction', 'flow_prediction'], 'prediction_type'),
  variance_type: choice(
    ['fixed_small', 'fixed_small_log', 'fixed_large', 'learned', 'learned_range'],
    'variance_type',
  ).nullable(),
  timestep_spacing: choice(['leading', 'trailing', 'linspace'], 'timestep_spacing'),
  steps_offset: z.int().min(0).max(maxLevels),
  set_alpha_to_one: flag,
  rescale_betas_zero_snr: flag,
  clip_sample: flag,
  clip_sample_range: positive,
  thresholding: flag,
  dynamic_thresholding_ratio: positive.max(1),
  sample_max_value: positive,
  final_sigmas_type: choice(['zero', 'sigma_min'], 'final_sigmas_type'),
  use_karras_sigmas: flag,
  use_exponential_sigmas: flag,
  use_beta_sigmas: flag,
  use_lu_lambdas: flag,
  use_flow_sigmas: flag,
  flow_shift: positive,
  sigma_min: positive.nullable(),
  sigma_max: positive.nullable(),
  lambda_min_clipped: z.union([z.number(), z.literal([-Infinity, Infinity])]).nullable(),
  timestep_type: choice(['discrete', 'continuous'], 'timestep_type'),
  interpolation_type: only('linear', 'log_linear lays out one level more than there are steps'),
  solver_order: z.union([z.literal(1), z.literal(2), z.literal(3)], { error: 'expected 1, 2 or 3' }),
  algorithm_type: choice(['dpmsolver', 'dpmsolver++', 'sde-dpmsolver', 'sde-dpmsolver++', 'deis'], 'algorithm_type'),
  solver_type: choice(['midpoint', 'heun', 'logrho', 'bh1', 'bh2'], 'solver_type'),
  lower_order_final: flag,
  euler_at_final: flag,
  predict_x0: flag,
  disable_corrector: z.array(z.int()).max(maxLevels),
  solver_p: absent('another predictor has no counterpart here'),
  skip_prk_steps: flag,
  noise_sampler_seed: absent('the noise follows from the seed of the sampling'),
  shift: positive,
  shift_terminal: z.number().min(0).lt(1).nullable(),
  use_dynamic_shifting: only(false, 'give the shift itself, as "shift"'),
  base_shift: z.number(),
  max_shift: z.number(),
  base_image_seq_len: z.int().positive(),
  max_image_seq_len: z.int().positive(),
  time_shift_type: choice(['exponential', 'linear'], 'time_shift_type'),
  invert_sigmas: only(false, 'time runs from noise to data here'),
  stochastic_sampling: only(false, 'choose a sampler that draws noise, such as ddpm'),
  snr: positive,
  sampling_eps: positive.max(0.1),
  correct_steps: z.int().min(0).max(100),
} as const
