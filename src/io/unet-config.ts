/**
 * The configuration of diffusers' `UNet2DModel`, by its own names and with its own defaults (0.24), and which of its
 * options are supported here. An option is refused by name rather than ignored: it would change what the weights mean.
 *
 * @see https://huggingface.co/docs/diffusers/v0.24.0/en/api/models/unet2d
 */
import { z } from 'zod'
import { parseConfig } from './parse-config.ts'

const count = z.int().positive()
const downBlocks = ['DownBlock2D', 'AttnDownBlock2D'] as const
const upBlocks = ['UpBlock2D', 'AttnUpBlock2D'] as const

/** An option of which only the default is supported. */
const only = <T extends string | number | boolean | null>(value: T) =>
  z.literal(value, { error: `only ${JSON.stringify(value)} is supported` }).default(value as never)
const oneOf = <T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: `supported are ${values.join(', ')}` })

const fields = z.looseObject({
  sample_size: z
    .union([count, z.tuple([count, count])], { error: 'expected a size or [height, width]' })
    .nullable()
    .default(null),
  in_channels: count.default(3),
  out_channels: count.default(3),
  center_input_sample: z.boolean().default(false),
  time_embedding_type: only('positional'),
  freq_shift: z.number().default(0),
  flip_sin_to_cos: z.boolean().default(true),
  down_block_types: z
    .array(oneOf(downBlocks))
    .nonempty()
    .default(['DownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D']),
  up_block_types: z
    .array(oneOf(upBlocks))
    .nonempty()
    .default(['AttnUpBlock2D', 'AttnUpBlock2D', 'AttnUpBlock2D', 'UpBlock2D']),
  block_out_channels: z.array(count).nonempty().default([224, 448, 672, 896]),
  layers_per_block: count.default(2),
  mid_block_scale_factor: z.number().positive().default(1),
  downsample_padding: z.literal([0, 1], { error: 'supported are 0, 1' }).default(1),
  downsample_type: only('conv'),
  upsample_type: only('conv'),
  dropout: z.number().min(0).lt(1).default(0),
  act_fn: oneOf(['silu', 'swish']).default('silu'),
  attention_head_dim: count.nullable().default(8),
  norm_num_groups: count.default(32),
  attn_norm_num_groups: count.nullable().default(null),
  norm_eps: z.number().positive().default(1e-5),
  resnet_time_scale_shift: oneOf(['default', 'scale_shift']).default('default'),
  add_attention: z.boolean().default(true),
  class_embed_type: only(null),
  num_class_embeds: count.nullable().default(null),
  num_train_timesteps: count.nullable().default(null),
})

/** Options that newer versions of diffusers write, and the only value that an older model can have. */
const newer: Readonly<Record<string, unknown>> = { time_embedding_dim: null, mid_block_type: 'UNetMidBlock2D' }

const known = new Set(Object.keys(fields.shape))

const unetConfigSchema = fields
  .superRefine((config, context) => {
    const fail = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    // Names with a leading underscore are diffusers' own notes; a null or false option is one that is off.
    for (const [key, value] of Object.entries(config)) {
      if (!known.has(key) && !key.startsWith('_') && value && value !== newer[key])
        fail(key, 'this option is not supported')
    }
    const levels = config.block_out_channels.length
    for (const key of ['down_block_types', 'up_block_types'] as const) {
      if (config[key].length !== levels) fail(key, `expected one for each of the ${levels} block_out_channels`)
    }
    if (config.block_out_channels.some((channels) => channels % config.norm_num_groups !== 0)) {
      fail('block_out_channels', `expected multiples of norm_num_groups, ${config.norm_num_groups}`)
    }
    const heads = config.attention_head_dim ?? 1
    const last = levels - 1
    const attends = (level: number): boolean =>
      config.down_block_types[level] === 'AttnDownBlock2D' ||
      config.up_block_types[last - level] === 'AttnUpBlock2D' ||
      (level === last && config.add_attention)
    if (config.block_out_channels.some((channels, level) => attends(level) && channels % heads !== 0)) {
      fail('attention_head_dim', `it must divide the channels of every level with attention`)
    }
  })
  .transform((config) => {
    const chosen = Object.entries(config).filter(([key]) => known.has(key))
    return Object.fromEntries(chosen) as Readonly<Pick<typeof config, keyof typeof fields.shape>>
  })

/** The options of a `UNet2DModel`, all present. */
export type UNetConfig = z.output<typeof unetConfigSchema>

/** What may be given: every option has a default. */
export type UNetOptions = z.input<typeof fields>

/**
 * A `UNet2DModel` configuration, checked and completed with diffusers' defaults.
 *
 * @throws TweedieError `model` naming the field, what was got and what is supported
 * @example
 * parseUNetConfig({ in_channels: 1, out_channels: 1, block_out_channels: [32, 64], … }).norm_eps // 1e-5
 */
export function parseUNetConfig(value: unknown, source = 'UNet2DModel'): UNetConfig {
  return parseConfig(unetConfigSchema, value, source)
}
