/** The options under which a model of a quantiser's tokens is trained further. */
import { TweedieError } from '../../errors.ts'
import type { OptionValues } from '../../options.ts'
import { networkAndProcess } from '../tokens/further.ts'
import type { VqDiffusionModel } from './model.ts'

/**
 * Its network, its process and its own quantiser: tokens of another one stand for something else.
 *
 * @throws TweedieError `usage` where another is named
 */
export function further(model: VqDiffusionModel, _: unknown, { latents, from }: OptionValues): OptionValues {
  if (latents !== undefined && latents !== from) {
    throw new TweedieError('usage', '`latents`: a model is trained further on the tokens of its own autoencoder', {
      hint: 'leave `latents` out, or `from`',
    })
  }
  return { ...networkAndProcess(model.prior), latents: from ?? model }
}
