/** Values under Gaussian noise: what is known without loading the family. */
import { isArrays } from '../../files/data/any-dataset.ts'
import type { FamilyEntry } from '../family.ts'
import { assimilateOptions } from './options/assimilate.ts'
import { evalOptions } from './options/eval.ts'
import { editOptions } from './options/edit.ts'
import { restoreOptions } from './options/restore.ts'
import { sampleOptions } from './options/sample.ts'
import { exportOptions } from './options/export.ts'
import { trainOptions } from './options/train.ts'

/** Images, points and any other numbers. */
export const values: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'values',
  of: 'images and points',
  options: {
    train: trainOptions,
    sample: sampleOptions,
    restore: restoreOptions,
    edit: editOptions,
    assimilate: assimilateOptions,
    eval: evalOptions,
    export: exportOptions,
  },
  accepts: (data) => isArrays(data) || data.kind === 'trajectory',
  wrote: ({ process, data }) => process === null && data.kind !== 'tokens',
  wroteSpec: (spec) => !('process' in spec) && !('embeddings' in spec),
  load: async () => (await import('./family.ts')).valuesFamily,
})
