/** Opens the data that a source names, all of them or split as for training. */
import { openSource as openIn, type OpenedSource, type OpenSourceOptions } from '../open/open-source.ts'
import type { DataSource } from '../source.ts'
import { diskTree } from './disk-tree.ts'

export type { AnyDataset } from '../any-dataset.ts'
export type { OpenedSource, OpenSourceOptions } from '../open/open-source.ts'

/**
 * Opens data.
 *
 * @throws TweedieError `data` if they are missing, broken or of another kind than the source says; `interrupted`
 * @example
 * const { train, heldOut, report } = await openSource({ path: 'photos', size: 32, holdOut: 0.1, holdOutManner: 'random' })
 */
export function openSource(source: DataSource, options: OpenSourceOptions = {}): Promise<OpenedSource> {
  return openIn(diskTree, source, options)
}
