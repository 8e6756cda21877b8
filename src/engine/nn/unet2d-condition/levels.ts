/** What a conditional U-Net does at each of its resolutions: fields that hold one value for all, or a list, brought to one form. */
import { badField } from '../check-config.ts'
import { downBlocks, type PerLevel, type UNet2DConditionFields, upBlocks } from './fields.ts'

/** One resolution, on one of the two sides or in the middle. */
export interface Level {
  readonly attends: 'none' | 'self' | 'cross'
  readonly channels: number
  /** Transformer blocks behind each residual block: as many numbers as there are residual blocks. */
  readonly depths: readonly number[]
  /** Heads of attention to the context. */
  readonly heads: number
  /** Features of a head in blocks that attend to the image alone, where diffusers takes the same field by its word. */
  readonly headDim: number
  readonly onlyCross: boolean
}

/** The resolutions on the way down, the highest first. */
export function downLevels(config: UNet2DConditionFields): readonly Level[] {
  return config.down_block_types.map((type, level) => {
    const layers = at(config.layers_per_block, level)
    return {
      ...shared(config, level),
      attends: downBlocks[type],
      depths: depthsOf(at(config.transformer_layers_per_block, level), layers),
    }
  })
}

/** The resolutions on the way up, the lowest first. */
export function upLevels(config: UNet2DConditionFields): readonly Level[] {
  const last = config.block_out_channels.length - 1
  const { reverse_transformer_layers_per_block: reverse } = config
  return config.up_block_types.map((type, up) => {
    const level = last - up
    const layers = at(config.layers_per_block, level) + 1
    return {
      ...shared(config, level),
      attends: upBlocks[type],
      depths: depthsOf(reverse?.[up] ?? at(config.transformer_layers_per_block, level), layers),
    }
  })
}

/** The middle. */
export function middleLevel(config: UNet2DConditionFields): Level {
  const last = config.block_out_channels.length - 1
  const depth = at(config.transformer_layers_per_block, last)
  return {
    ...shared(config, last),
    onlyCross: false,
    attends: config.mid_block_type === 'UNetMidBlock2DCrossAttn' ? 'cross' : 'none',
    depths: [typeof depth === 'number' ? depth : depth[0]!],
  }
}

function shared(config: UNet2DConditionFields, level: number) {
  return {
    channels: config.block_out_channels[level]!,
    heads: at(config.num_attention_heads ?? config.attention_head_dim, level),
    headDim: at(config.attention_head_dim, level),
    onlyCross: at(config.only_cross_attention, level),
  }
}

const at = <T extends number | boolean | readonly number[]>(value: PerLevel<T>, level: number): T =>
  (Array.isArray(value) ? value[level] : value) as T

const depthsOf = (depth: number | readonly number[], layers: number): readonly number[] =>
  typeof depth === 'number' ? Array.from({ length: layers }, () => depth) : depth

/**
 * Checks that lists have an entry for each resolution, that blocks are known, and that groups and heads divide the channels.
 *
 * @throws TweedieError `model` that names the field, its value and what is allowed
 */
export function checkLevels(config: UNet2DConditionFields): void {
  const { block_out_channels: channels, norm_num_groups: groups, cross_attention_dim: sizes } = config
  const fail = (field: keyof UNet2DConditionFields, expected: string, hint?: string): never => {
    throw badField('UNet2DConditionModel', field, config[field], expected, hint)
  }
  for (const [field, known] of [
    ['down_block_types', downBlocks],
    ['up_block_types', upBlocks],
  ] as const) {
    const types: unknown = config[field]
    const names = Object.keys(known).join(', ')
    const fits = Array.isArray(types) && types.every((type) => Object.hasOwn(known, type))
    if (!fits) fail(field, `a list of ${names}`, 'other blocks of diffusers are not supported')
  }
  for (const field of [
    'down_block_types',
    'up_block_types',
    'only_cross_attention',
    'layers_per_block',
    'cross_attention_dim',
    'transformer_layers_per_block',
    'reverse_transformer_layers_per_block',
    'attention_head_dim',
    'num_attention_heads',
  ] as const) {
    const value = config[field]
    if (Array.isArray(value) && value.length !== channels.length) {
      fail(field, `${channels.length} entries, one for each of block_out_channels`)
    }
  }
  if (Array.isArray(sizes) && new Set(sizes).size > 1) fail('cross_attention_dim', 'the same size at all resolutions')
  if (channels.some((each) => each % groups !== 0)) fail('norm_num_groups', 'a divisor of all of block_out_channels')
  checkDepths(config, fail)
  for (const { attends, channels: width, heads, headDim } of [
    ...downLevels(config),
    middleLevel(config),
    ...upLevels(config),
  ]) {
    if (attends === 'cross' && width % heads !== 0) {
      fail(
        config.num_attention_heads === null ? 'attention_head_dim' : 'num_attention_heads',
        `a number of heads that divides the ${width} channels`,
      )
    }
    if (attends === 'self' && width % headDim !== 0) {
      fail('attention_head_dim', `a divisor of the ${width} channels, in blocks that attend to the image alone`)
    }
  }
}

function checkDepths(
  config: UNet2DConditionFields,
  fail: (field: keyof UNet2DConditionFields, expected: string) => never,
): void {
  const { transformer_layers_per_block: down, reverse_transformer_layers_per_block: up } = config
  const lists = (value: unknown): boolean => Array.isArray(value) && value.some(Array.isArray)
  if (lists(down) && up === null) {
    fail('reverse_transformer_layers_per_block', 'a list, since transformer_layers_per_block has lists in it')
  }
  for (const [field, levels, extra] of [
    ['transformer_layers_per_block', downLevels(config), 0],
    ['reverse_transformer_layers_per_block', upLevels(config), 1],
  ] as const) {
    const last = levels.length - 1
    levels.forEach(({ depths }, i) => {
      const layers = at(config.layers_per_block, extra === 1 ? last - i : i) + extra
      if (depths.length !== layers) fail(field, `${layers} numbers in its list ${i}, one for each residual block`)
    })
  }
}
