/** Training on residuals: the problem of values, with the row as condition. */
import { TweedieError } from '../../errors.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import type { OwnComponents } from '../own-parts.ts'
import { valueProblem } from '../values/problem.ts'
import type { ResidualData } from './data.ts'
import { classesOf } from './encoding.ts'
import { predictionMeta } from './meta.ts'
import type { PredictionModel } from './model.ts'
import { asValues, type PredictionTrainSpec } from './spec.ts'

/**
 * The problem of a specification and residuals.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export async function predictionProblem(
  spec: PredictionTrainSpec,
  data: ResidualData,
  own: OwnComponents = {},
): Promise<TrainProblem<PredictionModel>> {
  if (!('centre' in data)) {
    throw new TweedieError('usage', 'a model of residuals is trained on a table with a fitted predictor', {
      hint: 'prepareData',
    })
  }
  const { centre } = data
  const problem = await valueProblem(asValues(spec), data, own)
  return {
    ...problem,
    async snapshot(state, training) {
      const residual = await problem.snapshot(state, training)
      const meta = predictionMeta(residual.meta, centre)
      const { encoding, predictor } = centre
      return { family: 'prediction', residual, encoding, predictor, classNames: classesOf(encoding), meta }
    },
  }
}
