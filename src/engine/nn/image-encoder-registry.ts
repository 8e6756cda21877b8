/** Image encoders by the name that a model folder gives them. */
import { TweedieError } from '../../errors.ts'
import { clipVisionModel, clipVisionModelWithProjection } from './clip/vision-model.ts'
import type { ImageEncoder } from './image-encoder.ts'
import { pictureEncoder } from './picture-encoder.ts'

/** Every kind of image encoder: from a configuration, itself checked, to the encoder. */
const encoders: Readonly<Record<string, (config: never) => ImageEncoder>> = Object.freeze({
  PictureEncoder: pictureEncoder,
  CLIPVisionModel: clipVisionModel,
  CLIPVisionModelWithProjection: clipVisionModelWithProjection,
})

/** The names that {@link imageEncoderFromConfig} knows. */
export const imageEncoderClasses: readonly string[] = Object.freeze(Object.keys(encoders))

/**
 * The image encoder of this class and configuration.
 *
 * @throws TweedieError `model` for an unknown class, or a configuration that its class refuses
 * @example
 * const encoder = imageEncoderFromConfig('PictureEncoder', { sample_size: 32 })
 */
export function imageEncoderFromConfig(className: string, config: object): ImageEncoder {
  if (!Object.hasOwn(encoders, className)) {
    throw new TweedieError('model', `image encoder ${className}: expected one of ${imageEncoderClasses.join(', ')}`)
  }
  return encoders[className]!(config as never)
}
