/** A trained model: a network with its weights, its noise schedule, and the map from data to its inputs. */
import type { DataScale } from '../../files/data/dataset.ts'
import type { Frame } from '../../files/data/frame.ts'
import type { ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { FieldLaw } from '../../diffusion/prior/law.ts'
import { stylesFolder } from '../pictured/style-encoder.ts'
import { wordsFolder } from '../words/words-folder.ts'
import { lawComponent, lawPart } from './preconditioned/law-component.ts'
import type { ModelNoise } from '../../compiled/noise.ts'
import type { ImageEncoderWeights } from '../../compiled/image-encoder.ts'
import { namedWeights, type PartWeights } from '../../compiled/part-weights.ts'
import type { Words } from '../../compiled/words.ts'

export { schedulerOf } from '../../compiled/noise.ts'

/** A model in memory. */
export interface Model extends ModelNoise, PartWeights {
  readonly family: 'values'
  readonly network: Network
  readonly frame: Frame
  /** From the network's values to those of the data. */
  readonly scale: DataScale
  readonly classNames: readonly string[]
  /** The label that means "no class", if the model was trained with one. */
  readonly unconditionalLabel: number | undefined
  /** What turns texts into conditions of the network, if the model knows words. */
  readonly words?: Words | undefined
  /** What turns a picture into the network's condition `style`, if the model draws in the style of one. */
  readonly styles?: ImageEncoderWeights | undefined
  /** The Gaussian that the network adds to, if it does; the network has it built in. */
  readonly law?: FieldLaw | undefined
  /** Height and width of pictures in pixels, where items are codes of them. */
  readonly picture?: readonly [height: number, width: number] | undefined
  readonly meta: TweedieMeta
}

/** The content of the model's folder; the inverse of `modelOf`. */
export function folderOf(model: Model): ModelFolderInput {
  const { network, words, styles, law, scheduler, meta } = model
  const known = words && wordsFolder(words)
  const components = new Map([
    ...(known?.components ?? []),
    ...(styles ? stylesFolder(styles) : []),
    ...(law ? [[lawPart, lawComponent(law)] as const] : []),
  ])
  return {
    ...known,
    ...(components.size > 0 && { components }),
    network: { className: network.className, config: network.config, onnx: network.onnx },
    weights: namedWeights(model),
    scheduler,
    meta,
  }
}
