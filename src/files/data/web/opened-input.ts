/** What opening data gives, and what it takes. */
import type { ValuesOf } from '../../../options.ts'
import type { AnyDataset } from '../any-dataset.ts'
import type { FileTree } from '../file-tree.ts'
import { captionReading, dataOptions } from '../options.ts'
import type { DataSource } from '../source.ts'

/** Data that were opened. */
export interface OpenedInput {
  readonly train: AnyDataset
  readonly heldOut?: AnyDataset | undefined
  /** What was guessed, left out or changed while reading, a sentence each. */
  readonly report: readonly string[]
  /** A record of them. */
  readonly source: DataSource
  /** Whether the record is enough to open the same data again: so it is with built-in sets. */
  readonly again: boolean
}

/** Options of data. */
export const readingOptions = { ...dataOptions, ...captionReading }

/** Their values, by name. */
export type DataValues = ValuesOf<typeof readingOptions>

/** Files and folders, and which of them are the data. */
export interface DataPlace {
  readonly tree: FileTree
  readonly path: string
}
