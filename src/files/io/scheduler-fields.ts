/**
 * The allowed values of each option of a scheduler. Other values of diffusers are refused by name: an option is obeyed
 * or refused, and never ignored.
 */
import * as z from 'zod/mini'

/** The longest table of noise: memory is allocated for it. */
const maxLevels = 100_000

const flag = z.boolean()
const positive = z.number().check(z.positive())

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
  num_train_timesteps: z.int().check(z.positive(), z.maximum(maxLevels)),
  beta_start: positive,
  beta_end: positive,
  beta_schedule: choice(['linear', 'scaled_linear', 'squaredcos_cap_v2', 'sigmoid', 'laplace', 'exp'], 'beta_schedule'),
  trained_betas: z.nullable(
    z.array(z.number().check(z.minimum(0), z.maximum(1))).check(z.minLength(1), z.maxLength(maxLevels)),
  ),
  prediction_type: choice(['epsilon', 'sample', 'v_prediction', 'flow_prediction'], 'prediction_type'),
  variance_type: z.nullable(
    choice(['fixed_small', 'fixed_small_log', 'fixed_large', 'learned', 'learned_range'], 'variance_type'),
  ),
  timestep_spacing: choice(['leading', 'trailing', 'linspace'], 'timestep_spacing'),
  steps_offset: z.int().check(z.minimum(0), z.maximum(maxLevels)),
  set_alpha_to_one: flag,
  rescale_betas_zero_snr: flag,
  clip_sample: flag,
  clip_sample_range: positive,
  thresholding: flag,
  dynamic_thresholding_ratio: positive.check(z.maximum(1)),
  sample_max_value: positive,
  final_sigmas_type: choice(['zero', 'sigma_min'], 'final_sigmas_type'),
  use_karras_sigmas: flag,
  use_exponential_sigmas: flag,
  use_beta_sigmas: flag,
  use_lu_lambdas: flag,
  use_flow_sigmas: flag,
  flow_shift: positive,
  sigma_min: z.nullable(positive),
  sigma_max: z.nullable(positive),
  lambda_min_clipped: z.nullable(z.union([z.number(), z.literal([-Infinity, Infinity])])),
  timestep_type: choice(['discrete', 'continuous'], 'timestep_type'),
  interpolation_type: only('linear', 'log_linear lays out one level more than there are steps'),
  solver_order: z.union([z.literal(1), z.literal(2), z.literal(3)], { error: 'expected 1, 2 or 3' }),
  algorithm_type: choice(['dpmsolver', 'dpmsolver++', 'sde-dpmsolver', 'sde-dpmsolver++', 'deis'], 'algorithm_type'),
  solver_type: choice(['midpoint', 'heun', 'logrho', 'bh1', 'bh2'], 'solver_type'),
  lower_order_final: flag,
  euler_at_final: flag,
  predict_x0: flag,
  disable_corrector: z.array(z.int()).check(z.maxLength(maxLevels)),
  solver_p: absent('another predictor has no counterpart here'),
  skip_prk_steps: flag,
  original_inference_steps: z.int().check(z.positive(), z.maximum(maxLevels)),
  timestep_scaling: positive,
  noise_sampler_seed: absent('the noise follows from the seed of the sampling'),
  shift: positive,
  shift_terminal: z.nullable(z.number().check(z.minimum(0), z.lt(1))),
  use_dynamic_shifting: only(false, 'give the shift itself, as "shift"'),
  base_shift: z.number(),
  max_shift: z.number(),
  base_image_seq_len: z.int().check(z.positive()),
  max_image_seq_len: z.int().check(z.positive()),
  time_shift_type: choice(['exponential', 'linear'], 'time_shift_type'),
  invert_sigmas: only(false, 'time runs from noise to data here'),
  stochastic_sampling: only(false, 'choose a sampler that draws noise, such as ddpm'),
  snr: positive,
  sampling_eps: positive.check(z.maximum(0.1)),
  correct_steps: z.int().check(z.minimum(0), z.maximum(100)),
} as const
