/** The configuration of a U-Net: the fields, names and defaults of `UNet2DModel` in diffusers, checked. */
import { TweedieError } from '../../../errors.ts'
import { showShape } from '../../graph/index.ts'
import { isActivation } from '../activation.ts'
import {
  badField,
  checkConfig,
  count,
  countOrNull,
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
import type { ConditionSpecs } from '../condition-spec.ts'

/** Down blocks that are known: whether they attend, and how they halve the resolution (undefined: as `downsample_type`). */
export const downBlockTypes = Object.freeze({
  DownBlock2D: { attends: false, resample: 'conv' },
  AttnDownBlock2D: { attends: true, resample: undefined },
  ResnetDownsampleBlock2D: { attends: false, resample: 'resnet' },
  SkipDownBlock2D: { attends: false, resample: 'skip' },
  AttnSkipDownBlock2D: { attends: true, resample: 'skip' },
} as const)

/** Up blocks that are known. */
export const upBlockTypes = Object.freeze({
  UpBlock2D: { attends: false, resample: 'conv' },
  AttnUpBlock2D: { attends: true, resample: undefined },
  ResnetUpsampleBlock2D: { attends: false, resample: 'resnet' },
  SkipUpBlock2D: { attends: false, resample: 'skip' },
  AttnSkipUpBlock2D: { attends: true, resample: 'skip' },
} as const)

export type DownBlockType = keyof typeof downBlockTypes
export type UpBlockType = keyof typeof upBlockTypes
export type Resample = 'conv' | 'resnet'

/** Every field of the configuration, as `unet/config.json` spells it. */
export interface UNet2DFields {
  /** Height and width of the images; one number for squares. */
  readonly sample_size: number | readonly [number, number]
  readonly in_channels: number
  readonly out_channels: number
  /** Whether to map data in [0, 1] to [−1, 1] first: `2 x − 1`. */
  readonly center_input_sample: boolean
  /** `fourier` expects sigmas as times and divides the output by them; `learned` is a table over whole steps. */
  readonly time_embedding_type: 'positional' | 'fourier' | 'learned'
  /** Width of the time embedding; null: four times the first block's channels. */
  readonly time_embedding_dim: number | null
  readonly freq_shift: number
  readonly flip_sin_to_cos: boolean
  readonly down_block_types: readonly DownBlockType[]
  readonly mid_block_type: 'UNetMidBlock2D' | null
  readonly up_block_types: readonly UpBlockType[]
  readonly block_out_channels: readonly number[]
  /** Residual blocks at every resolution going down; going up there is one more. */
  readonly layers_per_block: number
  /** Residual sums in the middle block are divided by it. */
  readonly mid_block_scale_factor: number
  /** 1: a row of zeros on every side; 0: only below and on the right. */
  readonly downsample_padding: 0 | 1
  readonly downsample_type: Resample
  readonly upsample_type: Resample
  readonly dropout: number
  readonly act_fn: string
  /** Features of an attention head; null: a single head. */
  readonly attention_head_dim: number | null
  /** Groups of norms; null: a quarter of the channels, at most 32 (only where all blocks are skip blocks, which do so anyway). */
  readonly norm_num_groups: number | null
  /** Groups of the norm in the middle block's attention; null: `norm_num_groups`, and no norm with `scale_shift`. */
  readonly attn_norm_num_groups: number | null
  readonly norm_eps: number
  /** How the time enters a residual block: added to it, or as scale and shift of its second norm. */
  readonly resnet_time_scale_shift: 'default' | 'scale_shift'
  /** Whether the middle block attends. */
  readonly add_attention: boolean
  /** How `labels` are told: null, classes by a table; `timestep`, a number as times are; `identity`, the embedding itself. */
  readonly class_embed_type: 'timestep' | 'identity' | null
  /** The number of classes; null: unconditional. */
  readonly num_class_embeds: number | null
  /** Vectors, and images `[C, H, W]` of the data's size that become further channels, by name; null: none. Not diffusers'. */
  readonly conditions: ConditionSpecs | null
  /** Rows of the table of a `learned` time embedding. */
  readonly num_train_timesteps: number | null
}

/** What a user writes: what is left out has diffusers' default. Only `sample_size` has none. */
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
  num_train_timesteps: null,
}

/** What each field must be. */
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
    fail('num_train_timesteps', null, 'a positive integer for a learned time embedding')
  }
  checkBlocks(full)
  checkChannels(full)
  checkSize([full.in_channels, ...heightAndWidth(full.sample_size)], full)
  return Object.freeze(full)
}

/** The configuration as a model folder holds it: options that diffusers 0.24 does not know appear only when used. */
export function writtenConfig({
  time_embedding_dim,
  mid_block_type,
  conditions,
  ...known
}: UNet2DFields): Partial<UNet2DFields> {
  return {
    ...known,
    ...(time_embedding_dim !== defaults.time_embedding_dim && { time_embedding_dim }),
    ...(mid_block_type !== defaults.mid_block_type && { mid_block_type }),
    ...(conditions !== null && { conditions }),
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

function fail(field: string, value: unknown, expected: string, hint?: string): never {
  throw badField(className, field, value, expected, hint)
}

function checkBlocks(config: UNet2DFields): void {
  const levels = config.block_out_channels.length
  for (const [field, known] of [
    ['down_block_types', downBlockTypes],
    ['up_block_types', upBlockTypes],
  ] as const) {
    const types: readonly string[] = config[field]
    const names = Object.keys(known).join(', ')
    const strange = types.find((type) => !Object.hasOwn(known, type))
    if (strange !== undefined) fail(field, strange, `one of ${names}`, 'other blocks of diffusers are not supported')
    if (types.length !== levels) {
      fail(field, types, `${levels} blocks, one for each entry of block_out_channels`, `known blocks: ${names}`)
    }
  }
}

function checkChannels(config: UNet2DFields): void {
  const { norm_num_groups: groups, attention_head_dim: head, block_out_channels: channels } = config
  const types = [...config.down_block_types, ...config.up_block_types]
  const plain = types.find((type) => !isSkipBlock(type))
  if (groups === null && plain !== undefined) fail('norm_num_groups', groups, `a positive integer for ${plain}`)
  const strange = groups === null ? undefined : channels.find((each) => each % groups !== 0)
  if (strange !== undefined)
    fail('norm_num_groups', groups, `a divisor of all of block_out_channels, also of ${strange}`)
  if (types.some(isSkipBlock)) checkSkips(config)
  if (head === null) return
  const last = channels.length - 1
  for (const [level, width] of channels.entries()) {
    const attends =
      downBlockTypes[config.down_block_types[level]!].attends ||
      upBlockTypes[config.up_block_types[last - level]!].attends ||
      (level === last && config.mid_block_type !== null && config.add_attention)
    if (attends && width % head !== 0) {
      fail('attention_head_dim', head, `a divisor of the ${width} channels that attend at resolution ${level + 1}`)
    }
  }
}

/** Whether an image runs beside the features of such a block. */
export function isSkipBlock(type: DownBlockType | UpBlockType): boolean {
  return (
    ({ ...downBlockTypes, ...upBlockTypes } as Record<string, { readonly resample?: string | undefined }>)[type]!
      .resample === 'skip'
  )
}

/** What skip blocks ask of a network: images in colours, and channels that norms of 32 groups fit. */
function checkSkips({
  down_block_types: down,
  up_block_types: up,
  block_out_channels: channels,
  ...config
}: UNet2DFields): void {
  if (config.in_channels !== 3 || config.out_channels !== 3) {
    fail('in_channels', [config.in_channels, config.out_channels], '3, and 3 of out_channels, for skip blocks')
  }
  const last = channels.length - 1
  for (const [level, width] of channels.entries()) {
    const attends = down[level] === 'AttnSkipDownBlock2D' || up[last - level] === 'AttnSkipUpBlock2D'
    if (attends && width % 32 !== 0)
      fail('block_out_channels', channels, `multiples of 32 where skip blocks attend, not ${width}`)
  }
  for (const [side, types] of [
    ['down_block_types', down],
    ['up_block_types', up],
  ] as const) {
    if (!types.every(isSkipBlock)) fail(side, types, 'skip blocks at all resolutions, or at none')
  }
}
