/** Data of every kind. */
import type { CategoricalDataset } from './categorical.ts'
import type { ArrayDataset } from './dataset.ts'
import { isValueKind } from './kinds.ts'
import type { MoleculeDataset } from './molecules.ts'
import { isRecords } from './records.ts'
import type { TableDataset } from './table.ts'
import type { TrajectoryDataset } from './trajectory.ts'

/** Any data in memory. */
export type AnyDataset = ArrayDataset | CategoricalDataset | RecordDataset

/** Data whose items are no arrays of one shape. */
export type RecordDataset = TableDataset | MoleculeDataset | TrajectoryDataset

/** Whether data are arrays of one shape: neither tokens nor records. */
export function isArrays(data: AnyDataset): data is ArrayDataset {
  return isValueKind(data.kind)
}

/** Whether data are records. */
export function areRecords(data: AnyDataset): data is RecordDataset {
  return isRecords(data)
}
