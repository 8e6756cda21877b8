/**
 * The scheduler classes of diffusers 0.35 that are understood: every option that a class has, with its default. An
 * option in a file that its class does not have does nothing in diffusers either. What the values may be is in
 * `scheduler-fields.ts`.
 */
import type { Json } from './json.ts'

/** Options by name, with their defaults. */
export type SchedulerDefaults = Readonly<Record<string, Json>>

const table = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  trained_betas: null,
  prediction_type: 'epsilon',
}
/** k-diffusion's solvers came with the table of Stable Diffusion. */
const stableTable = { ...table, beta_start: 0.00085, beta_end: 0.012 }
const leading = { timestep_spacing: 'leading', steps_offset: 0 }
const linspace = { timestep_spacing: 'linspace', steps_offset: 0 }
const clipping = { clip_sample: true, clip_sample_range: 1 }
const thresholding = { thresholding: false, dynamic_thresholding_ratio: 0.995, sample_max_value: 1 }
const levels = { use_karras_sigmas: false, use_exponential_sigmas: false, use_beta_sigmas: false }
const flowLevels = {
  use_flow_sigmas: false,
  flow_shift: 1,
  use_dynamic_shifting: false,
  time_shift_type: 'exponential',
}
const solver = { ...table, ...thresholding, ...levels, ...flowLevels, solver_order: 2, lower_order_final: true }
const fractional = { ...table, ...levels, ...linspace }

const ddpm = {
  ...table,
  ...leading,
  ...clipping,
  ...thresholding,
  variance_type: 'fixed_small',
  rescale_betas_zero_snr: false,
}
const ddim = {
  ...table,
  ...leading,
  ...clipping,
  ...thresholding,
  set_alpha_to_one: true,
  rescale_betas_zero_snr: false,
}
/** Of models distilled from Stable Diffusion. */
const distilled = {
  ...ddim,
  ...stableTable,
  beta_schedule: 'scaled_linear',
  clip_sample: false,
  original_inference_steps: 50,
  timestep_scaling: 10,
}
const dpmSolver = {
  ...solver,
  algorithm_type: 'dpmsolver++',
  solver_type: 'midpoint',
  final_sigmas_type: 'zero',
  lambda_min_clipped: null,
  variance_type: null,
}

/** The classes by name. */
export const schedulerDefaults: Readonly<Record<string, SchedulerDefaults>> = Object.freeze({
  DDPMScheduler: ddpm,
  DDPMParallelScheduler: ddpm,
  DDIMScheduler: ddim,
  DDIMParallelScheduler: ddim,
  PNDMScheduler: { ...table, ...leading, skip_prk_steps: false, set_alpha_to_one: false },
  EulerDiscreteScheduler: {
    ...fractional,
    interpolation_type: 'linear',
    sigma_min: null,
    sigma_max: null,
    timestep_type: 'discrete',
    rescale_betas_zero_snr: false,
    final_sigmas_type: 'zero',
  },
  EulerAncestralDiscreteScheduler: { ...table, ...linspace, rescale_betas_zero_snr: false },
  LMSDiscreteScheduler: fractional,
  HeunDiscreteScheduler: { ...fractional, ...stableTable, ...clipping, clip_sample: false },
  KDPM2DiscreteScheduler: { ...fractional, ...stableTable },
  KDPM2AncestralDiscreteScheduler: { ...fractional, ...stableTable },
  DPMSolverSDEScheduler: { ...fractional, ...stableTable, noise_sampler_seed: null },
  DPMSolverMultistepScheduler: {
    ...dpmSolver,
    ...linspace,
    euler_at_final: false,
    use_lu_lambdas: false,
    rescale_betas_zero_snr: false,
  },
  DPMSolverSinglestepScheduler: { ...dpmSolver, lower_order_final: false },
  DEISMultistepScheduler: { ...solver, ...linspace, algorithm_type: 'deis', solver_type: 'logrho' },
  UniPCMultistepScheduler: {
    ...solver,
    ...linspace,
    solver_type: 'bh2',
    predict_x0: true,
    disable_corrector: [],
    solver_p: null,
    final_sigmas_type: 'zero',
    rescale_betas_zero_snr: false,
    sigma_min: null,
    sigma_max: null,
    shift_terminal: null,
  },
  LCMScheduler: distilled,
  TCDScheduler: distilled,
  FlowMatchEulerDiscreteScheduler: {
    ...levels,
    num_train_timesteps: 1000,
    shift: 1,
    shift_terminal: null,
    use_dynamic_shifting: false,
    base_shift: 0.5,
    max_shift: 1.15,
    base_image_seq_len: 256,
    max_image_seq_len: 4096,
    time_shift_type: 'exponential',
    invert_sigmas: false,
    stochastic_sampling: false,
  },
  FlowMatchHeunDiscreteScheduler: { num_train_timesteps: 1000, shift: 1 },
  ScoreSdeVeScheduler: {
    num_train_timesteps: 2000,
    snr: 0.15,
    sigma_min: 0.01,
    sigma_max: 1348,
    sampling_eps: 1e-5,
    correct_steps: 1,
  },
})
