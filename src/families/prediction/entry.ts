/** Predictions from tables: what is known without loading the family. */
import type { FamilyEntry } from '../family.ts'
import { evalOptions } from './options/eval.ts'
import { predictOptions } from './options/predict.ts'
import { trainOptions } from './options/train.ts'

/** A column of a table, given the others. */
export const prediction: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'prediction',
  of: 'a column given the others',
  options: { train: trainOptions, predict: predictOptions, eval: evalOptions },
  refusals: {
    keepBest: {
      why: 'has no meaning here: the predictor stops by rows of its own, and what is left is learned out of fold',
      hint: '`eval` judges rows that were held out',
    },
  },
  accepts: (data, { model }) =>
    data.kind === 'table' && (model === 'prediction' || (model === undefined && data.target !== undefined)),
  load: async () => (await import('./family.ts')).predictionFamily,
})
