/** A trained model, from the content of its folder. */
import { frameOf } from '../../files/data/frame.ts'
import { TweedieError } from '../../errors.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import { parametersOf } from '../../engine/nn/network.ts'
import { strideOf } from '../../engine/nn/network-classes.ts'
import { asTheyAre } from './augmented/augmentation.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { requirePart } from '../part.ts'
import { scaleOfMeta } from '../scale-of-meta.ts'
import { scheduleNames } from '../../diffusion/noise/named.ts'
import { preconditioned } from '../../diffusion/prior/precondition.ts'
import { noiseOfFolder } from '../../compiled/noise.ts'
import { requireUsable } from '../../compiled/sampling.ts'
import type { ModelFolder } from '../../files/io/model-folder.ts'
import { stylesIn } from '../pictured/style-encoder.ts'
import { wordsIn } from '../words/words-in-folder.ts'
import { partWeights } from '../../compiled/part-weights.ts'
import type { Model } from './model.ts'
import { lawOfFolder } from './preconditioned/law-in-folder.ts'

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
  const words = components && files && wordsIn({ components, files, memory: folder.memory, meta })
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
