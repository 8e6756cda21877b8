/** The styles of a model, and of a training run, in words. */
import { imageEncoderParameters } from '../../engine/nn/image-encoder.ts'
import { pictureEncoder, type PictureEncoderConfig } from '../../engine/nn/picture-encoder.ts'
import { shapeText, thousands } from '../../words.ts'
import type { Row } from '../family.ts'
import type { Styled } from './style-encoder.ts'
import type { StyleSpec } from './style-spec.ts'

/** What `info` prints of a model; nothing of one without styles. */
export function stylesRows({ styles }: Styled): readonly Row[] {
  if (!styles) return []
  const { encoder, layout } = styles
  const of = `of pictures ${shapeText(encoder.inputShape)}`
  return [['style', `${of}; ${encoder.className}, ${thousands(layout.size)} parameters`]]
}

/** What is said of styles before training. */
export function styleText({ encoder, dropout }: StyleSpec): string {
  const built = pictureEncoder(encoder.config as object as PictureEncoderConfig)
  const size = thousands(imageEncoderParameters(built).size)
  const learns = `another picture of the same class; ${built.className} with ${size} parameters that learns along`
  return dropout > 0 ? `${learns}; left out ${Math.round(100 * dropout)} % of the time` : learns
}
