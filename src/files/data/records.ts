/** Data whose items are no arrays of one shape: what every such set brings along, so that other code need not know its kind. */
import type { SkippedFile } from './dataset.ts'

/** A set of records. */
export interface RecordSet {
  readonly name: string
  /** The size of an item, such as the number of columns: records of different shapes do not fit together. */
  readonly shape: readonly number[]
  /** The number of items. */
  readonly length: number
  /** The class of each item, by which a part that is held out has its share of each. */
  readonly labels?: Int32Array | undefined
  readonly classNames?: readonly string[] | undefined
  readonly skipped?: readonly SkippedFile[] | undefined
  /** What was guessed, left out or changed while reading, a sentence each. */
  readonly remarks?: readonly string[] | undefined
  /** The items at the given indices, in that order. */
  select(indices: ArrayLike<number>): this
  /** All of it as plain facts and arrays: what a copy and a digest are made of. */
  packed(): PackedRecords
}

/** Records as plain facts (JSON), and arrays by name. */
export interface PackedRecords {
  readonly facts: Readonly<Record<string, unknown>>
  readonly arrays: Readonly<Record<string, PackedArray>>
}

/** An array that a file can hold. */
export type PackedArray = Float32Array | Float64Array | Int32Array | Uint8Array

/** Whether data are records. */
export function isRecords(data: object): data is RecordSet {
  return 'packed' in data
}
