/** The user's own readers, for other file formats. */
import type { AnyDataset } from './any-dataset.ts'
import type { DataSource } from './source.ts'

/** Reads data of its own format. */
export interface DataReader {
  /** Whether it reads this path: by its name or content. It is asked before all built-in readers. */
  accepts(path: string): boolean | Promise<boolean>
  /**
   * The data: see `datasetFromArray` and `createDataset`.
   *
   * @param source with all options of the request; throw an error for options that you do not support
   */
  read(source: DataSource, options: { readonly signal?: AbortSignal | undefined }): AnyDataset | Promise<AnyDataset>
}

/** Readers by name. */
export type DataReaders = Readonly<Record<string, DataReader>>
