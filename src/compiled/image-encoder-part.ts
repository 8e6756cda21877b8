/** An image encoder as a part of a model folder, `image_encoder/`, and back. */
import { imageEncoderFromConfig } from '../engine/nn/image-encoder-registry.ts'
import { imageEncoderParameters } from '../engine/nn/image-encoder.ts'
import type { Component } from '../files/io/component.ts'
import type { ImageEncoderWeights } from './image-encoder.ts'
import { namedWeights, partWeights } from './part-weights.ts'
import { withoutBuffers } from './text-encoder-part.ts'

/**
 * The image encoder of a part.
 *
 * @param part as `readComponent` reads one, or one of the `components` of a model folder
 * @throws TweedieError `model` for a class that is no image encoder, a configuration that it refuses, or weights that do not fit
 * @example
 * const part = imageEncoderOf(await readComponent('ip-adapter/image_encoder'))
 */
export function imageEncoderOf(part: Pick<Component, 'className' | 'config' | 'weights'>): ImageEncoderWeights {
  const encoder = imageEncoderFromConfig(part.className, part.config)
  const layout = imageEncoderParameters(encoder)
  return { encoder, ...partWeights(layout, withoutBuffers(encoder, part.weights)) }
}

/** The part of an image encoder, for a model folder's `components`; the inverse of {@link imageEncoderOf}. */
export function imageEncoderPart(part: ImageEncoderWeights): Component {
  const { encoder } = part
  const { className, config } = encoder
  const library = 'model_type' in config ? 'transformers' : 'tweedie'
  return { library, className, config, weights: namedWeights(part) }
}
