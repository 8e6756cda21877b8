/** The configuration of `AutoencoderKL`: the fields, names and defaults of diffusers, checked. */
import { badField, checkConfig, type FieldRule, flag, positiveNumber } from '../check-config.ts'
import { checkCoder, type CoderFields, coderRules } from './coder-fields.ts'

/** Every field, as `vae/config.json` spells it. */
export interface AutoencoderKLFields extends CoderFields {
  /** What models of its codes multiply them by, so that their variance is about one. */
  readonly scaling_factor: number
  /** What they subtract first; null: nothing. */
  readonly shift_factor: number | null
  /** The mean and standard deviation of each channel, which they take off first, in place of `shift_factor`; null: neither. */
  readonly latents_mean: readonly number[] | null
  readonly latents_std: readonly number[] | null
  /** Whether half precision is too little for it; here everything is computed in single precision. */
  readonly force_upcast: boolean
  /** Whether a 1×1 convolution follows the encoder; another one comes before the decoder. */
  readonly use_quant_conv: boolean
  readonly use_post_quant_conv: boolean
}

/** The configuration that a user writes. Fields left out have diffusers' defaults. */
export type AutoencoderKLConfig = Partial<AutoencoderKLFields>

const defaults: AutoencoderKLFields = {
  sample_size: 32,
  in_channels: 3,
  out_channels: 3,
  down_block_types: ['DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D'],
  block_out_channels: [64],
  layers_per_block: 1,
  act_fn: 'silu',
  latent_channels: 4,
  norm_num_groups: 32,
  scaling_factor: 0.18215,
  shift_factor: null,
  latents_mean: null,
  latents_std: null,
  force_upcast: true,
  use_quant_conv: true,
  use_post_quant_conv: true,
  mid_block_add_attention: true,
}

const finite = (value: unknown): boolean => Number.isFinite(value)
const listOrNull = (test: (value: unknown) => boolean, numbers: string): FieldRule => [
  (value) => value === null || (Array.isArray(value) && value.every(test)),
  `a list of ${numbers}, one for each of latent_channels, or null`,
]

const rules: Partial<Record<keyof AutoencoderKLFields, FieldRule>> = {
  ...coderRules,
  scaling_factor: positiveNumber,
  shift_factor: [(value) => value === null || finite(value), 'a number or null'],
  latents_mean: listOrNull(finite, 'numbers'),
  latents_std: listOrNull((value) => finite(value) && (value as number) > 0, 'positive numbers'),
  force_upcast: flag,
  use_quant_conv: flag,
  use_post_quant_conv: flag,
}

export const className = 'AutoencoderKL'

/**
 * The full configuration, diffusers' defaults filled in and everything checked.
 *
 * @throws TweedieError `model` that names the field, its value and what is allowed
 */
export function completeConfig(config: AutoencoderKLConfig): AutoencoderKLFields {
  const full = checkConfig(className, config, defaults, rules)
  checkCoder(className, full)
  checkScale(full)
  return Object.freeze(full)
}

/** The configuration as a model folder holds it: options that diffusers 0.24 does not know appear only when used. */
export function writtenConfig(full: AutoencoderKLFields): Partial<AutoencoderKLFields> {
  const added: readonly string[] = [
    'shift_factor',
    'latents_mean',
    'latents_std',
    'use_quant_conv',
    'use_post_quant_conv',
    'mid_block_add_attention',
  ]
  const written = Object.entries(full).filter(
    ([field, value]) => !added.includes(field) || value !== defaults[field as keyof AutoencoderKLFields],
  )
  return Object.fromEntries(written)
}

function checkScale({
  latent_channels,
  latents_mean: mean,
  latents_std: std,
  shift_factor: shift,
}: AutoencoderKLFields) {
  for (const [field, list] of Object.entries({ latents_mean: mean, latents_std: std })) {
    if (list === null || list.length === latent_channels) continue
    throw badField(className, field, list, `${latent_channels} numbers, one for each of latent_channels`)
  }
  if ((mean === null) !== (std === null)) {
    throw badField(className, 'latents_std', std, 'a list where latents_mean is one, and null where that is null')
  }
  if (mean !== null && shift !== null && shift !== 0) {
    throw badField(className, 'shift_factor', shift, 'null beside latents_mean: only one of them can be subtracted')
  }
}
