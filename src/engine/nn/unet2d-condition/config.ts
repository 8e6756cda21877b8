/** The configuration of a conditional U-Net: fields, names and defaults of `UNet2DConditionModel` in diffusers, checked. */
import { TweedieError } from '../../../errors.ts'
import { showShape } from '../../graph/index.ts'
import { isActivation } from '../activation.ts'
import {
  badField,
  checkConfig,
  count,
  countOrNull,
  counts,
  type FieldRule,
  flag,
  heightAndWidth,
  imageSize,
  oneOf,
  positiveNumber,
  probability,
} from '../check-config.ts'
import { conditionsOfKinds } from '../condition-config.ts'
import type { UNet2DConditionFields } from './fields.ts'
import { checkLevels } from './levels.ts'

export const className = 'UNet2DConditionModel'

/** The configuration that a user writes. Fields left out have diffusers' defaults; only `sample_size` has none. */
export type UNet2DConditionConfig = Partial<Omit<UNet2DConditionFields, 'sample_size'>> &
  Pick<UNet2DConditionFields, 'sample_size'>

const defaults: Omit<UNet2DConditionFields, 'sample_size'> & {
  readonly sample_size: UNet2DConditionFields['sample_size'] | null
} = {
  sample_size: null,
  in_channels: 4,
  out_channels: 4,
  center_input_sample: false,
  flip_sin_to_cos: true,
  freq_shift: 0,
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  mid_block_type: 'UNetMidBlock2DCrossAttn',
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
  only_cross_attention: false,
  block_out_channels: [320, 640, 1280, 1280],
  layers_per_block: 2,
  downsample_padding: 1,
  mid_block_scale_factor: 1,
  dropout: 0,
  act_fn: 'silu',
  norm_num_groups: 32,
  norm_eps: 1e-5,
  cross_attention_dim: 1280,
  transformer_layers_per_block: 1,
  reverse_transformer_layers_per_block: null,
  encoder_hid_dim: null,
  encoder_hid_dim_type: null,
  attention_head_dim: 8,
  num_attention_heads: null,
  dual_cross_attention: false,
  use_linear_projection: false,
  class_embed_type: null,
  addition_embed_type: null,
  addition_time_embed_dim: null,
  addition_embed_type_num_heads: 64,
  num_class_embeds: null,
  upcast_attention: false,
  resnet_time_scale_shift: 'default',
  resnet_skip_time_act: false,
  resnet_out_scale_factor: 1,
  time_embedding_type: 'positional',
  time_embedding_dim: null,
  time_embedding_act_fn: null,
  timestep_post_act: null,
  time_cond_proj_dim: null,
  conv_in_kernel: 3,
  conv_out_kernel: 3,
  projection_class_embeddings_input_dim: null,
  attention_type: 'default',
  class_embeddings_concat: false,
  mid_block_only_cross_attention: null,
  cross_attention_norm: null,
  context_length: 77,
  context_nothing: false,
  time_ids_length: 6,
  conditions: null,
}

/** Options that diffusers does not know: written only when used. */
const ours = ['context_length', 'context_nothing', 'time_ids_length', 'conditions'] as const

const kernel: FieldRule = [
  (value) => Number.isInteger(value) && (value as number) > 0 && (value as number) < 64 && (value as number) % 2 === 1,
  'an odd number below 64',
]
const activationOrNull: FieldRule = [(value) => value === null || isActivation(value), 'null or an activation']
const perLevel = ([test, expected]: FieldRule): FieldRule => [
  (value) => (Array.isArray(value) ? value.length > 0 && value.every(test) : test(value)),
  `${expected}, or a list of such`,
]
const depths: FieldRule = [
  (value) => perLevel(perLevel(count))[0](value),
  'a positive integer, or a list of positive integers or of lists of them',
]

const rules: Partial<Record<keyof UNet2DConditionFields, FieldRule>> = {
  sample_size: imageSize,
  in_channels: count,
  out_channels: count,
  center_input_sample: flag,
  flip_sin_to_cos: flag,
  mid_block_type: oneOf('UNetMidBlock2DCrossAttn', 'UNetMidBlock2D', null),
  only_cross_attention: perLevel(flag),
  block_out_channels: counts,
  layers_per_block: perLevel(count),
  downsample_padding: oneOf(0, 1),
  mid_block_scale_factor: [(value) => Number.isFinite(value) && value !== 0, 'a number other than 0'],
  dropout: probability,
  act_fn: [isActivation, '"silu", "swish", "relu", "gelu" or "mish"'],
  norm_num_groups: count,
  norm_eps: positiveNumber,
  cross_attention_dim: perLevel(count),
  transformer_layers_per_block: depths,
  reverse_transformer_layers_per_block: [
    (value) => value === null || (Array.isArray(value) && depths[0](value)),
    'null or a list of positive integers or of lists of them',
  ],
  encoder_hid_dim: countOrNull,
  encoder_hid_dim_type: oneOf('text_proj', null),
  attention_head_dim: perLevel(count),
  num_attention_heads: [(value) => value === null || perLevel(count)[0](value), 'null, a count, or a list of counts'],
  dual_cross_attention: oneOf(false),
  use_linear_projection: flag,
  class_embed_type: oneOf('timestep', 'identity', 'projection', 'simple_projection', null),
  addition_embed_type: oneOf('text', 'text_time', null),
  addition_time_embed_dim: countOrNull,
  addition_embed_type_num_heads: count,
  num_class_embeds: countOrNull,
  resnet_time_scale_shift: oneOf('default', 'scale_shift'),
  resnet_skip_time_act: oneOf(false),
  resnet_out_scale_factor: oneOf(1),
  time_embedding_type: oneOf('positional', 'fourier'),
  time_embedding_dim: countOrNull,
  time_embedding_act_fn: activationOrNull,
  timestep_post_act: activationOrNull,
  time_cond_proj_dim: countOrNull,
  conv_in_kernel: kernel,
  conv_out_kernel: kernel,
  projection_class_embeddings_input_dim: countOrNull,
  attention_type: oneOf('default'),
  class_embeddings_concat: flag,
  mid_block_only_cross_attention: oneOf(false, null),
  cross_attention_norm: oneOf(null),
  context_length: count,
  context_nothing: flag,
  time_ids_length: count,
  conditions: conditionsOfKinds('vector', 'image'),
}

/**
 * The full configuration, diffusers' defaults filled in and everything checked.
 *
 * @throws TweedieError `model` that names the field, its value and what is allowed; `shape` for a size that does not halve
 */
export function completeConditionConfig(config: UNet2DConditionConfig): UNet2DConditionFields {
  const full = checkConfig(className, config, defaults, rules) as UNet2DConditionFields
  checkLevels(full)
  checkEmbeddings(full)
  checkSize([full.in_channels, ...heightAndWidth(full.sample_size)], full)
  return Object.freeze(full)
}

/** The configuration as a model folder holds it: options that diffusers does not know appear only when used. */
export function writtenConditionConfig(config: UNet2DConditionFields): Partial<UNet2DConditionFields> {
  const unused = ours.filter((field) => config[field] === defaults[field])
  return Object.fromEntries(
    Object.entries(config).filter(([field]) => !(unused as readonly string[]).includes(field)),
  ) as Partial<UNet2DConditionFields>
}

/** The factor between the highest and the lowest resolution. */
export function strideOf({ block_out_channels: channels }: UNet2DConditionFields): number {
  return 2 ** (channels.length - 1)
}

/**
 * Throws unless an image `[C, H, W]` fits the U-Net. An odd size is halved to the larger half, as in diffusers, unless
 * `downsample_padding` is 0.
 */
export function checkSize(shape: readonly number[], config: UNet2DConditionFields): void {
  const stride = config.downsample_padding === 0 ? strideOf(config) : 1
  const [channels, ...spatial] = shape
  if (spatial.length !== 2 || channels !== config.in_channels) {
    throw new TweedieError('shape', `shape ${showShape(shape)}: expected [${config.in_channels}, height, width]`)
  }
  if (!spatial.every((dim) => dim > 0 && dim % stride === 0)) {
    throw new TweedieError('shape', `shape ${showShape(shape)}: height and width must be multiples of ${stride}`, {
      hint: 'pad the images, or use fewer entries in block_out_channels',
    })
  }
}

function checkEmbeddings(config: UNet2DConditionFields): void {
  const { class_embed_type: type, projection_class_embeddings_input_dim: input, addition_embed_type: addition } = config
  const fail = (field: keyof UNet2DConditionFields, expected: string): never => {
    throw badField(className, field, config[field], expected)
  }
  const taken = ['context', 'text_embeds', 'time_ids', 'timestep_cond'].find(
    (name) => name in (config.conditions ?? {}),
  )
  if (taken !== undefined) fail('conditions', `others than ${taken}, which the network may have by itself`)
  if (type?.endsWith('projection') && input === null) {
    fail('projection_class_embeddings_input_dim', `a positive integer for class_embed_type ${type}`)
  }
  if (config.class_embeddings_concat && type === null && config.num_class_embeds === null) {
    fail('class_embeddings_concat', 'false where there is no class')
  }
  if (config.encoder_hid_dim_type === 'text_proj' && config.encoder_hid_dim === null) {
    fail('encoder_hid_dim', 'a positive integer for encoder_hid_dim_type text_proj')
  }
  if (addition === 'text') {
    const size = config.encoder_hid_dim ?? [config.cross_attention_dim].flat()[0]!
    if (size % config.addition_embed_type_num_heads !== 0) {
      fail('addition_embed_type_num_heads', `a divisor of the context's ${size} features`)
    }
  }
  if (addition === 'text_time') {
    const { addition_time_embed_dim: each, time_ids_length: ids } = config
    if (each === null) fail('addition_time_embed_dim', 'a positive integer for text_time')
    if (input === null || input <= each! * ids) {
      fail('projection_class_embeddings_input_dim', `more than the ${ids} × ${each} features of the time_ids`)
    }
  }
  if (config.time_embedding_type === 'fourier' && (config.time_embedding_dim ?? 2) % 2 !== 0) {
    fail('time_embedding_dim', 'an even number for a fourier embedding')
  }
}
