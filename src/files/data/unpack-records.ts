/** Records of every kind, from what they were packed as. */
import type { RecordDataset } from './any-dataset.ts'
import { unpackMolecules } from './molecules.ts'
import type { PackedRecords } from './records.ts'
import { unpackTable } from './table.ts'
import { unpackTrajectory } from './trajectory.ts'

const kinds: { readonly [Kind in RecordDataset['kind']]: (packed: PackedRecords) => RecordDataset } = {
  table: unpackTable,
  molecules: unpackMolecules,
  trajectory: unpackTrajectory,
}

/** The set that was packed, of a kind by name; undefined where there is no such kind. */
export function unpackRecords(kind: string, packed: PackedRecords): RecordDataset | undefined {
  return Object.hasOwn(kinds, kind) ? kinds[kind as RecordDataset['kind']](packed) : undefined
}
