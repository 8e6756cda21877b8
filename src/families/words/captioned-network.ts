/** The default network that reads captions. */
import { commonGroups, type UNetChoices } from '../default-network.ts'
import type { NetworkSpec } from '../network-of.ts'

/** The default network for captioned images: attention to the words at the lowest resolution and in the middle. */
export function captionedNetwork({ widths = [64, 128], depth = 1 }: UNetChoices): NetworkSpec {
  const kinds = widths.map((_, level) => (level === widths.length - 1 ? 'CrossAttn' : ''))
  return {
    className: 'UNet2DConditionModel',
    config: {
      block_out_channels: widths,
      layers_per_block: depth,
      down_block_types: kinds.map((kind) => `${kind}DownBlock2D`),
      up_block_types: kinds.toReversed().map((kind) => `${kind}UpBlock2D`),
      attention_head_dim: 4,
      norm_num_groups: commonGroups(widths, 16),
    },
  }
}
