/// <reference path="../../globals.d.ts" preserve="true" />
/** Data sets in memory: types, normalisation, batches, parts, statistics, formats and built-in sets. Free of Node. */
export { batchFlips, batchIndices } from './batches.ts'
export { builtinDataset, builtinNames, isBuiltinName, type BuiltinName } from './builtin/index.ts'
export {
  classCount,
  createDataset,
  itemSize,
  type Affine,
  type ArrayDataset,
  type DataScale,
  type SkippedFile,
} from './dataset.ts'
export { type AnyDataset, areRecords, isArrays, type RecordDataset } from './any-dataset.ts'
export { isValueKind, type ValueKind, valueKinds } from './kinds.ts'
export type { PackedArray, PackedRecords, RecordSet } from './records.ts'
export {
  type CategoryColumn,
  createTable,
  type NumberColumn,
  type TableColumn,
  type TableDataset,
  type TableParts,
} from './table.ts'
export { createTrajectory, type TrajectoryDataset, type TrajectoryParts } from './trajectory.ts'
export type { FieldFacts, FieldVariable } from './fields/facts.ts'
export { type WindowChoice, type WindowedData, windowsOf } from './windows.ts'
export { openFields } from './open/open-fields.ts'
export { createMolecules, type Molecule, type MoleculeDataset, type MoleculeParts } from './molecules.ts'
export { createCategorical, type CategoricalDataset } from './categorical.ts'
export { holdOut } from './hold-out.ts'
export { quantise } from './quantise.ts'
export { mapsDataset } from './builtin/maps.ts'
export { describe, type DatasetSummary } from './describe.ts'
export { describeTokens, type TokenSummary, type VariableSummary } from './describe-tokens.ts'
export { cifar10Classes, parseCifar10, parseCifar10Meta } from './formats/cifar10.ts'
export { parseCsv } from './formats/csv.ts'
export { parseIdx } from './formats/idx.ts'
export { parseNpy, writeNpy } from './formats/npy.ts'
export { parseNpz, writeNpz } from './formats/npz.ts'
export { datasetFromArray } from './from-array.ts'
export { pointsDataset } from './points-dataset.ts'
export type { NdArray, NumericArray } from './nd-array.ts'
export { type Frame, frameOf, fromNetwork, toNetwork } from './frame.ts'
export { affineOf, denormalise, loadBatch, standardise } from './normalise.ts'
export type { DataReader, DataReaders } from './reader.ts'
export { select, split, take } from './subset.ts'
export type { DataSource, TokenSource } from './source.ts'
