/** Whole tables under diffusion: synthetic rows, and gaps filled. */
import { TweedieError } from '../../errors.ts'
import type { TableDataset } from '../../files/data/table.ts'
import type { Family } from '../family.ts'
import { painter } from './draw.ts'
import { describe, explain } from './explain.ts'
import { rowsFolderOf, type RowsModel, rowsModelOf } from './model.ts'
import { rowsProblem } from './problem.ts'
import { makesTables, restoreTable } from './restore.ts'
import { checkRowsSpec, parseSpec, type RowsTrainSpec } from './spec.ts'
import { specOf } from './spec-of.ts'

export const rowsFamily: Family<RowsTrainSpec, TableDataset, RowsModel> = Object.freeze<
  Family<RowsTrainSpec, TableDataset, RowsModel>
>({
  name: 'rows',
  specOf,
  parseSpec,
  explain,
  preview: () => ({ options: { count: 8, steps: 20 } }),
  problem(spec, data, own) {
    if (data.kind !== 'table') {
      throw new TweedieError('usage', `${(data as { name: string }).name}: models of this family are of whole tables`)
    }
    checkRowsSpec(spec)
    return rowsProblem(spec, data, own)
  },
  read: rowsModelOf,
  write: rowsFolderOf,
  describe,
  restored: () => makesTables,
  can: {
    draw: painter,
    restore: restoreTable,
    evaluate: async (...asked) => (await import('./judge.ts')).evaluate(...asked),
    network: (model) => ({ part: model, with: (network) => ({ ...model, network }) }),
  },
  lacks: { edit: '`restore` fills cells that are empty: empty those that are to change' },
})
