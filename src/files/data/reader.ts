/** Readers of one's own: for files of a format that is not known here. */
import type { CategoricalDataset } from './categorical.ts'
import type { ArrayDataset } from './dataset.ts'
import type { DataSource } from './source.ts'

/** Reads data of a kind of its own. */
export interface DataReader {
  /** Whether it reads this path: by the name, or whatever else it finds there. It is asked before any other reader. */
  accepts(path: string): boolean | Promise<boolean>
  /**
   * The data: see `datasetFromArray` and `createDataset`.
   *
   * @param source with every option that was asked for; what cannot be done is an error
   */
  read(
    source: DataSource,
    options: { readonly signal?: AbortSignal | undefined },
  ): (ArrayDataset | CategoricalDataset) | Promise<ArrayDataset | CategoricalDataset>
}

/** Readers by name. */
export type DataReaders = Readonly<Record<string, DataReader>>
