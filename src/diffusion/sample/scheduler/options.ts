/** The options of diffusers' schedulers: all those of one class, with defaults filled in. */

/** Options by their names in diffusers; a class has some of them. */
export interface SchedulerOptions {
  readonly _class_name: string
  readonly num_train_timesteps?: number
  readonly beta_start?: number
  readonly beta_end?: number
  readonly beta_schedule?: string
  readonly trained_betas?: readonly number[] | null
  readonly prediction_type?: string
  readonly variance_type?: string | null
  readonly timestep_spacing?: 'leading' | 'trailing' | 'linspace'
  readonly steps_offset?: number
  readonly set_alpha_to_one?: boolean
  readonly rescale_betas_zero_snr?: boolean
  readonly clip_sample?: boolean
  readonly clip_sample_range?: number
  readonly thresholding?: boolean
  readonly dynamic_thresholding_ratio?: number
  readonly sample_max_value?: number
  readonly final_sigmas_type?: 'zero' | 'sigma_min'
  readonly use_karras_sigmas?: boolean
  readonly use_exponential_sigmas?: boolean
  readonly use_beta_sigmas?: boolean
  readonly use_lu_lambdas?: boolean
  readonly use_flow_sigmas?: boolean
  readonly flow_shift?: number
  readonly sigma_min?: number | null
  readonly sigma_max?: number | null
  readonly lambda_min_clipped?: number | null
  readonly timestep_type?: 'discrete' | 'continuous'
  readonly solver_order?: 1 | 2 | 3
  readonly algorithm_type?: string
  readonly solver_type?: string
  readonly lower_order_final?: boolean
  readonly euler_at_final?: boolean
  readonly predict_x0?: boolean
  readonly disable_corrector?: readonly number[]
  readonly skip_prk_steps?: boolean
  readonly original_inference_steps?: number
  readonly timestep_scaling?: number
  readonly shift?: number
  readonly shift_terminal?: number | null
  readonly snr?: number
  readonly sampling_eps?: number
  readonly correct_steps?: number
}
