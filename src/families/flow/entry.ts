/** Normalising flows: what is known without loading the family. */
import { isArrays } from '../../files/data/any-dataset.ts'
import { flowClasses } from '../../diffusion/flow/classes.ts'
import type { FamilyEntry } from '../family.ts'
import { evalOptions } from './options/eval.ts'
import { exportOptions } from './options/export.ts'
import { sampleOptions } from './options/sample.ts'
import { trainOptions } from './options/train.ts'

/** Images, points and other numbers with exact likelihoods. */
export const flow: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'flow',
  of: 'exact likelihoods (flows)',
  networks: flowClasses,
  options: { train: trainOptions, sample: sampleOptions, eval: evalOptions, export: exportOptions },
  // only by name: the default family of values is another
  accepts: (data, { model }) => isArrays(data) && model === 'flow',
  load: async () => (await import('./family.ts')).flowFamily,
})
