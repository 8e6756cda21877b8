/** A trained model: a network with its weights, its noise schedule, and the map from data to its inputs. */
import type { DataScale } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import type { Frame } from '../../files/data/frame.ts'
import { TweedieError } from '../../errors.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import { parametersOf } from '../../engine/nn/network.ts'
import type { Network } from '../../engine/nn/network.ts'
import { strideOf } from '../../engine/nn/registry.ts'
import { asTheyAre } from './augmented/augmentation.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { requirePart } from '../part.ts'
import { lawComponent, lawIn, lawPart } from './preconditioned/law-in-folder.ts'
import { stylesFolder, stylesIn } from '../pictured/style-encoder.ts'
import { wordsFolder, wordsIn } from '../words/words-in-folder.ts'
import { scaleOfMeta } from '../scale-of-meta.ts'
import { scheduleNames } from '../../diffusion/noise/named.ts'
import { type FieldLaw, preconditioned } from '../../diffusion/prior/index.ts'
import { noiseOfFolder } from '../../compiled/noise.ts'
import type { ModelNoise } from '../../compiled/noise.ts'
import type { ImageEncoderWeights } from '../../compiled/image-encoder.ts'
import { flatWeights, partWeights, type PartWeights } from '../../compiled/part-weights.ts'
import type { Words } from '../../compiled/words.ts'
import { requireUsable } from '../../compiled/sampling.ts'

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

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where weights and network do not fit together
 */
export function modelOf(
  folder: Pick<ModelFolder, 'network' | 'weights' | 'scheduler' | 'meta'> &
    Partial<Pick<ModelFolder, 'components' | 'files' | 'memory'>>,
  own: OwnComponents = {},
): Model {
  const { meta } = folder
  if (meta.data.kind === 'tokens') {
    throw new TweedieError('model', `a model of tokens (${meta.data.name}), where one of images or points is needed`, {
      hint: meta.process === null ? "'tweedie sample' knows it" : "'tweedie sample' and 'tweedie eval' know both kinds",
    })
  }
  if (folder.scheduler === null && typeof meta.schedule?.schedule === 'string') {
    requirePart(own, 'schedules', meta.schedule.schedule, scheduleNames)
  }
  requireUsable(meta.sampler, ['sampler', 'steps', 'spacing', 'times', 'guidance'], 'images and points')
  const noise = noiseOfFolder(folder, own.schedules)
  const network = asTheyAre(networkOf(folder.network, own))
  const layout = parametersOf(network)
  const { data } = meta
  const frame = frameOf(data.shape, data.patch, strideOf(network), network.inputShape.length)
  if (frame.network.join() !== network.inputShape.join()) {
    throw new TweedieError(
      'model',
      `data [${data.shape.join(', ')}] in patches of ${data.patch} are [${frame.network.join(', ')}] for the network, which expects [${network.inputShape.join(', ')}]`,
    )
  }
  const { components, files } = folder
  const words = components && files && wordsIn({ components, files, memory: folder.memory })
  const styles = components && stylesIn({ components }, network)
  const law = lawOfFolder(folder)
  return {
    family: 'values',
    network: law ? preconditioned(network, { law, variables: data.shape[0]!, ...noise }) : network,
    ...(law && { law }),
    ...partWeights(layout, folder.weights, folder.memory),
    ...(words && { words }),
    ...(styles && { styles }),
    ...noise,
    frame,
    scale: scaleOfMeta(data),
    classNames:
      data.classNames ??
      Array.from({ length: classesOf(network) - Number(data.unconditionalLabel !== null) }, (_, i) => String(i)),
    unconditionalLabel: data.unconditionalLabel ?? undefined,
    meta,
  }
}

/** The Gaussian of a folder whose network was trained behind one. @throws TweedieError `model` where it is missing */
function lawOfFolder({ components, meta }: Parameters<typeof modelOf>[0]): FieldLaw | undefined {
  if (meta.objective['precondition'] === undefined) return undefined
  const law = components && lawIn(components)
  if (law) return law
  throw new TweedieError('model', `the network adds to a Gaussian, and its part ${lawPart}/ is missing`, {
    hint: 'copy the whole folder',
  })
}

/** The content of the model's folder; the inverse of {@link modelOf}. */
export function folderOf(model: Model): ModelFolderInput {
  const { network, layout, words, styles, law, scheduler, meta } = model
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
    weights: layout.toMap(flatWeights(model)),
    scheduler,
    meta,
  }
}
