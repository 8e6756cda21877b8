/** Hierarchical variational autoencoders: what is known without loading the family. */
import { isArrays } from '../../files/data/any-dataset.ts'
import type { FamilyEntry } from '../family.ts'
import { evalOptions } from '../coded/options/eval.ts'
import { sampleOptions } from '../coded/options/sample.ts'
import { classNames } from './classes.ts'
import { exportOptions } from './options/export.ts'
import { trainOptions } from './options/train.ts'

/** Images, points and other numbers, as several levels of codes. */
export const hvae: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'hvae',
  of: 'several levels of codes',
  options: { train: trainOptions, sample: sampleOptions, eval: evalOptions, export: exportOptions },
  networks: classNames,
  accepts: (data, { model }) => isArrays(data) && model === 'hvae',
  load: async () => (await import('./family.ts')).hvaeFamily,
})
