/** The configuration of `VQModel`: the fields, names and defaults of diffusers, checked. */
import { checkCoder, type CoderFields, coderRules } from '../autoencoder-kl/coder-fields.ts'
import { checkConfig, count, countOrNull, type FieldRule, oneOf, positiveNumber } from '../check-config.ts'

/** Every field, as `vqvae/config.json` spells it. */
export interface VQModelFields extends CoderFields {
  /** How many codes there are. */
  readonly num_vq_embeddings: number
  /** Numbers of a code; null: as many as `latent_channels`. */
  readonly vq_embed_dim: number | null
  /** What models of its codes multiply them by. */
  readonly scaling_factor: number
  /** The decoder's norms; those that also see the code are not supported. */
  readonly norm_type: 'group'
}

/** The configuration that a user writes. Fields left out have diffusers' defaults. */
export type VQModelConfig = Partial<VQModelFields>

const defaults: VQModelFields = {
  sample_size: 32,
  in_channels: 3,
  out_channels: 3,
  down_block_types: ['DownEncoderBlock2D'],
  up_block_types: ['UpDecoderBlock2D'],
  block_out_channels: [64],
  layers_per_block: 1,
  act_fn: 'silu',
  latent_channels: 3,
  num_vq_embeddings: 256,
  norm_num_groups: 32,
  vq_embed_dim: null,
  scaling_factor: 0.18215,
  norm_type: 'group',
  mid_block_add_attention: true,
}

const rules: Partial<Record<keyof VQModelFields, FieldRule>> = {
  ...coderRules,
  num_vq_embeddings: count,
  vq_embed_dim: countOrNull,
  scaling_factor: positiveNumber,
  norm_type: oneOf('group'),
}

export const className = 'VQModel'

/**
 * The full configuration, diffusers' defaults filled in and everything checked.
 *
 * @throws TweedieError `model` that names the field, its value and what is allowed
 */
export function completeConfig(config: VQModelConfig): VQModelFields {
  const full = checkConfig(className, config, defaults, rules)
  checkCoder(className, full)
  return Object.freeze(full)
}

/** The configuration as a model folder holds it: options that diffusers 0.24 does not know appear only when used. */
export function writtenConfig({ mid_block_add_attention, ...known }: VQModelFields): Partial<VQModelFields> {
  return { ...known, ...(mid_block_add_attention ? {} : { mid_block_add_attention }) }
}
