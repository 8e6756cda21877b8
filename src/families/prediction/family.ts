/** Predictions from tables: classification and regression diffusion (CARD). */
import type { Family } from '../family.ts'
import type { ResidualData } from './data.ts'
import { describe, explain } from './describe.ts'
import { predictionFolderOf, type PredictionModel, predictionOf } from './model.ts'
import { preparePrediction } from './prepare.ts'
import { predictionProblem } from './problem.ts'
import { checkPredictionSpec, parseSpec, type PredictionTrainSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

export const predictionFamily: Family<PredictionTrainSpec, ResidualData, PredictionModel> = Object.freeze<
  Family<PredictionTrainSpec, ResidualData, PredictionModel>
>({
  name: 'prediction',
  prepare: preparePrediction,
  specOf,
  parseSpec,
  explain,
  problem(spec, data, own) {
    checkPredictionSpec(spec, own)
    return predictionProblem(spec, data, own)
  },
  read: predictionOf,
  write: predictionFolderOf,
  describe,
  can: {
    predict: async (...given) => (await import('./predict.ts')).predict(...given),
    evaluate: async (...given) => (await import('./judge.ts')).evaluate(...given),
  },
  lacks: { draw: '`tweedie predict MODEL rows.csv` answers for rows' },
})
