/** The options under which a model of codes is trained further. */
import { TweedieError } from '../../errors.ts'
import type { OptionValues } from '../../options.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { further as furtherValues, keepsModel } from '../values/further.ts'
import { latentsIn } from './meta.ts'
import { OwnCodes } from './own-codes.ts'
import type { LatentModel } from './model.ts'
import { sized } from './sized.ts'

/**
 * Its network, prediction, noise and patches. Pictures of another size are learned where its networks are convolutions.
 *
 * @throws TweedieError `usage` where no autoencoder is named: the run refers to its folder; and for a size that is none
 */
export function further(model: LatentModel, data: ArrayDataset, options: OptionValues): OptionValues {
  const isPipeline = latentsIn(model.meta).pipeline !== undefined
  if (isPipeline && options.latents !== undefined) {
    throw new TweedieError(
      'usage',
      '`latents`: the network of a pipeline knows the codes of its own autoencoder alone',
      {
        hint: 'leave `latents` out',
      },
    )
  }
  if (options.latents !== undefined) {
    // the network has learned to speak for itself: little is mixed into what it says
    return {
      ...furtherValues(model.prior, data, options),
      ...(options.joint === true && { mixture: 0.98 }),
    }
  }
  // adapters and words are of one model, its autoencoder included, and a pipeline is trained on its own codes
  if (keepsModel(options) || isPipeline) {
    const [, height, width] = data.shape as [number, number, number]
    const isPicture = data.kind === 'image' && data.shape.length === 3
    const { prior } = isPicture ? sized(model, [height, width]) : model
    return { ...furtherValues(prior, data, options), latents: new OwnCodes(options.from ?? model) }
  }
  throw new TweedieError('usage', '`from` a model of codes needs to know whose codes it is to learn', {
    hint: '`latents` too: the same model has its autoencoder',
  })
}
