/** Text encoders by the name that a model folder gives them. */
import { TweedieError } from '../../errors.ts'
import { captionEncoder } from './caption-encoder.ts'
import { clipTextModel, clipTextModelWithProjection } from './clip/text-model.ts'
import type { TextEncoder } from './text-encoder.ts'

/** Every kind of text encoder: from a configuration, itself checked, to the encoder. */
const encoders: Readonly<Record<string, (config: never) => TextEncoder>> = Object.freeze({
  CaptionEncoder: captionEncoder,
  CLIPTextModel: clipTextModel,
  CLIPTextModelWithProjection: clipTextModelWithProjection,
})

/** The names that {@link textEncoderFromConfig} knows. */
export const textEncoderClasses: readonly string[] = Object.freeze(Object.keys(encoders))

/**
 * The text encoder of this class and configuration.
 *
 * @throws TweedieError `model` for an unknown class, or a configuration that its class refuses
 * @example
 * const encoder = textEncoderFromConfig('CaptionEncoder', { vocab_size: 200, length: 16 })
 */
export function textEncoderFromConfig(className: string, config: object): TextEncoder {
  if (!Object.hasOwn(encoders, className)) {
    throw new TweedieError('model', `text encoder ${className}: expected one of ${textEncoderClasses.join(', ')}`)
  }
  return encoders[className]!(config as never)
}
