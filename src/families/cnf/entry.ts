/** Continuous flows trained by maximum likelihood: what is known without loading the family. */
import { isArrays } from '../../files/data/any-dataset.ts'
import type { FamilyEntry } from '../family.ts'
import { evalOptions } from './options/eval.ts'
import { sampleOptions } from './options/sample.ts'
import { trainOptions } from './options/train.ts'
import { refusals } from './options/refusals.ts'

/** Points, images and other numbers, carried to white noise by a field. */
export const cnf: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'cnf',
  of: 'continuous flows',
  options: { train: trainOptions, sample: sampleOptions, eval: evalOptions },
  refusals,
  accepts: (data, { model }) => isArrays(data) && model === 'cnf',
  load: async () => (await import('./family.ts')).cnfFamily,
})
