/** Checks that the blocks, channels and groups of a U-Net fit together. */
import { badField } from '../check-config.ts'
import { downBlockTypes, isSkipBlock, type UNet2DFields, upBlockTypes } from './fields.ts'

/**
 * Checks them.
 *
 * @throws TweedieError `model` that names the field, its value and what is allowed
 */
export function checkBlocks(config: UNet2DFields): void {
  checkTypes(config)
  checkChannels(config)
}

function checkTypes(config: UNet2DFields): void {
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

/** Checks the needs of skip blocks: images of three channels, and channels that norms of 32 groups divide. */
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

function fail(field: string, value: unknown, expected: string, hint?: string): never {
  throw badField('UNet2DModel', field, value, expected, hint)
}
