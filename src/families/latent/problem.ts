/** Training on codes: the problem of values, on codes that are drawn anew in every step. */
import { TweedieError } from '../../errors.ts'
import type { OwnComponents } from '../own-parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import { valueProblem } from '../values/problem.ts'
import type { LatentData } from './data.ts'
import { jointProblem } from './joint/problem.ts'
import { latentMeta } from './meta.ts'
import type { LatentModel } from './model.ts'
import { asValues, type LatentTrainSpec } from './spec.ts'

/**
 * The problem of a specification and encoded data.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export async function latentProblem(
  spec: LatentTrainSpec,
  data: LatentData,
  own: OwnComponents = {},
): Promise<TrainProblem<LatentModel>> {
  if (!('codes' in data)) {
    throw new TweedieError('usage', 'a model of codes is trained on encoded data', {
      hint: 'prepareData, or latentData',
    })
  }
  const { autoencoder, sum } = data.codes
  if (sum !== spec.autoencoder.sum) {
    throw new TweedieError('model', 'the codes are of another autoencoder than the run is of', {
      hint: 'encode the data by the autoencoder that the run names',
    })
  }
  if (spec.joint) return jointProblem(spec, data, own)
  const problem = await valueProblem(asValues(spec), data, own)
  return {
    ...problem,
    async snapshot(state, training) {
      const prior = await problem.snapshot(state, training)
      const meta = latentMeta(prior, autoencoder, sum)
      return { family: 'latent', prior, autoencoder, classNames: prior.classNames, meta }
    },
  }
}
