/** Styles in training: an image encoder as a part of what is trained, its graph, and the pictures of a batch. */
import type { ImageEncoderWeights } from '../../compiled/image-encoder.ts'
import { input } from '../../engine/graph/index.ts'
import { imageEncoderParameters, withPresence } from '../../engine/nn/image-encoder.ts'
import type { Network } from '../../engine/nn/network.ts'
import { pictureEncoder, type PictureEncoderConfig } from '../../engine/nn/picture-encoder.ts'
import { fold, uniform } from '../../engine/random/index.ts'
import { type ArrayDataset, classCount, itemSize } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { partScope, type TrainPart } from '../../tools/train/parts.ts'
import type { LearnedConditions } from '../learned-conditions.ts'
import { membersOf, secondPictures } from './second-pictures.ts'
import { requireStyled, styleName, stylePart } from './style-encoder.ts'
import type { StyleSpec } from './style-spec.ts'

/** The second pictures of a batch, `[N, C, H, W]`, and whether each is there, `[N]`: inputs of the loss. */
const [picturesInput, thereInput] = ['style_pictures', 'style_there'] as const

export { stylePart } from './style-encoder.ts'

/** What styles add to a training problem. */
export interface LearnedStyle extends LearnedConditions {
  readonly part: TrainPart
  /** The encoder of a model. @param weights in the part's layout */
  styles(weights: Float32Array): ImageEncoderWeights
}

/**
 * The styles of a run. The vector of an item is made of another picture of its class, so that it can say how things look, and not which
 * thing it is.
 *
 * @throws TweedieError `model` where encoder and network do not fit, `shape` for pictures that the encoder does not take
 */
export function learnedStyle(spec: StyleSpec, network: Network, data: ArrayDataset): LearnedStyle {
  const encoder = pictureEncoder(spec.encoder.config as object as PictureEncoderConfig)
  requireStyled(network, encoder.pooledWidth)
  const layout = imageEncoderParameters(encoder)
  const labels = data.labels ?? new Int32Array(data.length)
  const members = membersOf(labels, Math.max(1, classCount(data)))
  const size = itemSize(data.shape)
  return {
    part: { layout },
    made: new Set([styleName]),
    conditions(parts, scope, items, dropout) {
      const pictures = input(picturesInput, [items, ...encoder.inputShape])
      const { pooled } = encoder.encode(partScope(parts, stylePart, scope), pictures, { dropout })
      return { [styleName]: withPresence(pooled, input(thereInput, [items])) }
    },
    feeds: (batch) => ({
      [picturesInput]: new Float32Array(batch * size),
      [thereInput]: new Float32Array(batch),
    }),
    fill(feeds, { key, step, indices }, left = () => false) {
      const chosen = secondPictures(labels, members, { key, step, indices })
      const draws = uniform(fold(key, 'no style', step), new Float64Array(indices.length))
      loadBatch(
        data,
        chosen.map((item) => Math.max(0, item)),
        feeds[picturesInput] as Float32Array,
      )
      for (let j = 0; j < chosen.length; j++) {
        feeds[thereInput]![j] = chosen[j]! >= 0 && draws[j]! >= spec.dropout && !left(j) ? 1 : 0
      }
      return left
    },
    styles: (weights) => ({ encoder, layout, weights }),
  }
}
