/** Networks that read captions: the default one, and what others need to know of the encoder. */
import { textEncoderFromConfig } from '../../engine/nn/text-encoder-registry.ts'
import { commonGroups, type UNetChoices } from '../default-network.ts'
import type { NetworkSpec } from '../network-of.ts'
import type { CaptionSpec } from './caption-spec.ts'

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

/** The fields of a network's configuration that say what a text encoder gives it. */
export function contextConfig({ encoder }: CaptionSpec, className: string): Readonly<Record<string, unknown>> {
  const { length, width, masked = false } = textEncoderFromConfig(encoder.className, encoder.config)
  const size = width - Number(masked)
  if (className === 'UNet2DConditionModel') {
    return { cross_attention_dim: size, context_length: length, context_nothing: masked }
  }
  return { conditions: { context: { kind: 'sequence', length, size, ...(masked && { nothing: true }) } } }
}
