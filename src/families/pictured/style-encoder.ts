/** What turns pictures into the condition `style`: an image encoder with its weights, and its part in a model's folder. */
import type { ImageEncoderWeights } from '../../compiled/image-encoder.ts'
import { imageEncoderPart } from '../../compiled/image-encoder-part.ts'
import { imageEncoderParameters } from '../../engine/nn/image-encoder.ts'
import type { Network } from '../../engine/nn/network.ts'
import { pictureEncoder, type PictureEncoderConfig } from '../../engine/nn/picture-encoder.ts'
import { TweedieError } from '../../errors.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'

/** The name of the condition. */
export const styleName = 'style'
/** The name of the encoder's part, in training and in a model's folder. */
export const stylePart = 'image_encoder'

/** A model that may know styles. */
export interface Styled {
  readonly network: Pick<Network, 'conditions'>
  readonly styles?: ImageEncoderWeights | undefined
}

/**
 * The image encoder of a folder whose network takes styles; undefined where there is none.
 *
 * @throws TweedieError `model` where the two do not fit
 */
export function stylesIn(
  { components }: Pick<ModelFolder, 'components'>,
  network: Pick<Network, 'conditions'>,
): ImageEncoderWeights | undefined {
  const part = components.get(stylePart)
  if (part?.className !== 'PictureEncoder' || !Object.hasOwn(network.conditions, styleName)) return undefined
  const { _class_name: _, ...config } = part.config
  const encoder = pictureEncoder(config as object as PictureEncoderConfig)
  requireStyled(network, encoder.pooledWidth)
  const layout = imageEncoderParameters(encoder)
  return { encoder, layout, weights: layout.fromMap(part.weights) }
}

/** The part of a model's folder; the inverse of {@link stylesIn}. */
export function stylesFolder(styles: ImageEncoderWeights): NonNullable<ModelFolderInput['components']> {
  return new Map([[stylePart, imageEncoderPart(styles)]])
}

/** @throws TweedieError `model` for a network that takes no vector of this size, or always needs one */
export function requireStyled({ conditions }: Pick<Network, 'conditions'>, size: number): void {
  const spec = conditions[styleName]
  if (spec?.kind === 'vector' && spec.size === size && spec.nothing === true) return
  throw new TweedieError('model', `the network takes no style of ${size} numbers`, {
    hint: `conditions: { ${styleName}: { kind: 'vector', size: ${size}, nothing: true } }`,
  })
}
