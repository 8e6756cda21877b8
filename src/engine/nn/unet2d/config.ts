/** The configuration of a U-Net: the fields, names and defaults of `UNet2DModel` in diffusers, checked. */
import { TweedieError } from '../../../errors.ts'
import { showShape } from '../../graph/index.ts'
import { isActivation } from '../activation.ts'
import {
  badField,
  checkConfig,
  count,
  countOrNull,
  flag,
  counts,
  heightAndWidth,
  imageSize,
  layerCount,
  oneOf,
  positiveNumber,
  probability,
} from '../check-config.ts'
import type { FieldRule } from '../check-config.ts'
import { conditionsOfKinds } from '../condition-config.ts'
import { checkBlocks } from './check-blocks.ts'
import type { UNet2DFields } from './fields.ts'

export type { DownBlockType, Resample, UNet2DFields, UpBlockType } from './fields.ts'

/** The configuration that a user writes. Fields left out have diffusers' defaults; only `sample_size` has none. */
export type UNet2DConfig = Partial<Omit<UNet2DFields, 'sample_size'>> & Pick<UNet2DFields, 'sample_size'>

/** The defaults of `UNet2DModel`; a size must be given. */
const defaults: Omit<UNet2DFields, 'sample_size'> & { readonly sample_size: UNet2DFields['sample_size'] | null } = {
  sample_size: null,
  in_channels: 3,
  out_channels: 3,
  center_input_sample: false,
  time_embedding_type: 'positional',
  time_embedding_dim: null,
  freq_shift: 0,
  flip_sin_to_cos: true,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D'],
  mid_block_type: 'UNetMidBlock2D',
  up_block_types: ['AttnUpBlock2D', 'AttnUpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
  block_out_channels: [224, 448, 672, 896],
  layers_per_block: 2,
  mid_block_scale_factor: 1,
  downsample_padding: 1,
  downsample_type: 'conv',
  upsample_type: 'conv',
  dropout: 0,
  act_fn: 'silu',
  attention_head_dim: 8,
  norm_num_groups: 32,
  attn_norm_num_groups: null,
  norm_eps: 1e-5,
  resnet_time_scale_shift: 'default',
  add_attention: true,
  class_embed_type: null,
  num_class_embeds: null,
  conditions: null,
  class_embed_std: null,
  zero_init: false,
  num_train_timesteps: null,
}

/** The rule of each field. */
const rules: Partial<Record<keyof UNet2DFields, FieldRule>> = {
  sample_size: imageSize,
  in_channels: count,
  out_channels: count,
  time_embedding_type: oneOf('positional', 'fourier', 'learned'),
  time_embedding_dim: countOrNull,
  mid_block_type: oneOf('UNetMidBlock2D', null),
  block_out_channels: counts,
  layers_per_block: layerCount,
  mid_block_scale_factor: [(value) => Number.isFinite(value) && value !== 0, 'a number other than 0'],
  downsample_padding: oneOf(0, 1),
  downsample_type: oneOf('conv', 'resnet'),
  upsample_type: oneOf('conv', 'resnet'),
  dropout: probability,
  act_fn: [isActivation, '"silu", "swish", "relu", "gelu" or "mish"'],
  attention_head_dim: countOrNull,
  norm_num_groups: countOrNull,
  attn_norm_num_groups: countOrNull,
  norm_eps: positiveNumber,
  resnet_time_scale_shift: oneOf('default', 'scale_shift'),
  class_embed_type: oneOf('timestep', 'identity', null),
  num_class_embeds: countOrNull,
  conditions: conditionsOfKinds('vector', 'image'),
  class_embed_std: [
    (value) => value === null || (Number.isFinite(value) && (value as number) > 0),
    'null or a positive number',
  ],
  zero_init: flag,
  num_train_timesteps: countOrNull,
}

/**
 * The full configuration, diffusers' defaults filled in and everything checked.
 *
 * @throws TweedieError `model` that names the field, its value and what is allowed
 */
export function completeConfig(config: UNet2DConfig): UNet2DFields {
  const full = checkConfig(className, config, defaults, rules) as UNet2DFields
  if (full.time_embedding_type === 'learned' && full.num_train_timesteps === null) {
    throw badField(className, 'num_train_timesteps', null, 'a positive integer for a learned time embedding')
  }
  checkBlocks(full)
  checkSize([full.in_channels, ...heightAndWidth(full.sample_size)], full)
  return Object.freeze(full)
}

/** The configuration as a model folder holds it: options that diffusers 0.24 does not know appear only when used. */
export function writtenConfig({
  time_embedding_dim,
  mid_block_type,
  conditions,
  class_embed_std,
  zero_init,
  ...known
}: UNet2DFields): Partial<UNet2DFields> {
  return {
    ...known,
    ...(time_embedding_dim !== defaults.time_embedding_dim && { time_embedding_dim }),
    ...(mid_block_type !== defaults.mid_block_type && { mid_block_type }),
    ...(conditions !== null && { conditions }),
    ...(class_embed_std !== null && { class_embed_std }),
    ...(zero_init && { zero_init }),
  }
}

/** The factor between the highest and the lowest resolution. */
export function strideOf({ block_out_channels: channels }: UNet2DFields): number {
  return 2 ** (channels.length - 1)
}

/** Throws unless an image `[C, H, W]` fits the U-Net: right channels, and halves that stay whole at every resolution. */
export function checkSize(shape: readonly number[], config: UNet2DFields): void {
  const resolutions = config.block_out_channels.length
  const stride = strideOf(config)
  const [channels, ...spatial] = shape
  if (spatial.length !== 2 || channels !== config.in_channels) {
    throw new TweedieError('shape', `shape ${showShape(shape)}: expected [${config.in_channels}, height, width]`)
  }
  if (!spatial.every((dim) => dim > 0 && dim % stride === 0)) {
    const plural = resolutions === 1 ? 'resolution' : 'resolutions'
    throw new TweedieError(
      'shape',
      `shape ${showShape(shape)}: height and width must be multiples of ${stride} for ${resolutions} ${plural}`,
      { hint: 'pad the images, or use fewer entries in block_out_channels' },
    )
  }
}

const className = 'UNet2DModel'
