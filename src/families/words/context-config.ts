/** What a network that reads captions needs to know of the encoders. */
import { contextSpec } from '../../engine/nn/text-context.ts'
import { textEncoderFromConfig } from '../../engine/nn/text-encoder-registry.ts'
import { contextName } from '../../compiled/words.ts'
import { pooledName } from '../../compiled/prompts/text-condition.ts'
import type { CaptionSpec } from './caption-spec.ts'

/** Sines and cosines of each number that says the size of a picture. */
const sizeFeatures = 32

/** The fields of a network's configuration that say what text encoders give it: of several the vector of the whole text, too. */
export function contextConfig(
  { encoder, others = [] }: CaptionSpec,
  className: string,
): Readonly<Record<string, unknown>> {
  const encoders = [encoder, ...others].map((each) => textEncoderFromConfig(each.className, each.config))
  const context = contextSpec(encoders)
  const { length, size, nothing = false } = context
  const pooled = others.length > 0 ? encoders.at(-1)!.pooledWidth : undefined
  if (className === 'UNet2DConditionModel') {
    return {
      cross_attention_dim: size,
      context_length: length,
      context_nothing: nothing,
      ...(pooled !== undefined && {
        addition_embed_type: 'text_time',
        addition_time_embed_dim: sizeFeatures,
        projection_class_embeddings_input_dim: pooled + 6 * sizeFeatures,
      }),
    }
  }
  return {
    conditions: {
      [contextName]: { kind: 'sequence', length, size, ...(nothing && { nothing }) },
      ...(pooled !== undefined && { [pooledName]: { kind: 'vector', size: pooled } }),
    },
  }
}
