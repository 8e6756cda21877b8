/** Whole tables, numbers and categories together: what is known without loading the family. */
import type { FamilyEntry } from '../family.ts'
import { evalOptions } from './options/eval.ts'
import { restoreOptions } from './options/restore.ts'
import { sampleOptions } from './options/sample.ts'
import { trainOptions } from './options/train.ts'

/** Rows of tables. */
export const rows: FamilyEntry = Object.freeze<FamilyEntry>({
  name: 'rows',
  of: 'whole tables',
  options: { train: trainOptions, sample: sampleOptions, restore: restoreOptions, eval: evalOptions },
  refusals: {
    keepBest: {
      why: 'has no meaning here yet: how cells are encoded is found from the rows that are learned, not from others',
      hint: '`eval` judges rows that were held out',
    },
    guidance: { why: 'has no meaning here: a class is a cell that is given, exactly', hint: '`class` without it' },
  },
  accepts: (data, { model }) => data.kind === 'table' && (model === 'rows' || data.target === undefined),
  load: async () => (await import('./family.ts')).rowsFamily,
})
