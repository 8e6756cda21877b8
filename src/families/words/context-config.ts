/** What a network that reads captions needs to know of the encoder. */
import { textEncoderFromConfig } from '../../engine/nn/text-encoder-registry.ts'
import type { CaptionSpec } from './caption-spec.ts'

/** The fields of a network's configuration that say what a text encoder gives it. */
export function contextConfig({ encoder }: CaptionSpec, className: string): Readonly<Record<string, unknown>> {
  const { length, width, masked = false } = textEncoderFromConfig(encoder.className, encoder.config)
  const size = width - Number(masked)
  if (className === 'UNet2DConditionModel') {
    return { cross_attention_dim: size, context_length: length, context_nothing: masked }
  }
  return { conditions: { context: { kind: 'sequence', length, size, ...(masked && { nothing: true }) } } }
}
