/** Training on a quantiser's tokens: the problem of tokens, whose model is saved with the quantiser. */
import { TweedieError } from '../../errors.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import type { OwnComponents } from '../own-parts.ts'
import { tokenProblem } from '../tokens/problem.ts'
import { checkTokenSpec } from '../tokens/spec.ts'
import type { TokenMaps } from './data.ts'
import { wholeMeta } from './meta.ts'
import type { VqDiffusionModel } from './model.ts'
import { asTokens, type VqDiffusionSpec } from './spec.ts'

/**
 * The problem of a specification and maps of tokens.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function vqDiffusionProblem(
  spec: VqDiffusionSpec,
  data: TokenMaps,
  own: OwnComponents = {},
): TrainProblem<VqDiffusionModel> {
  if (!('quantised' in data)) {
    throw new TweedieError('usage', "a model of a quantiser's tokens is trained on maps of them", {
      hint: 'prepareData makes them of images',
    })
  }
  const { quantiser, sum } = data.quantised
  if (sum !== spec.quantiser.sum) {
    throw new TweedieError('model', 'the maps of tokens are of another autoencoder than the run is of', {
      hint: 'encode the data by the autoencoder that the run names',
    })
  }
  const tokens = asTokens(spec)
  checkTokenSpec(tokens)
  const problem = tokenProblem(tokens, data, own)
  return {
    ...problem,
    async snapshot(state, training) {
      const prior = await problem.snapshot(state, training)
      const meta = wholeMeta(prior, quantiser, sum)
      return { family: 'vq-diffusion', prior, quantiser, classNames: prior.classNames, meta }
    },
  }
}
