/** Opens the data that a source names, all of them or split as for training. */
import { openSource as openIn, type OpenedSource, type OpenSourceOptions as OpenIn } from '../open/open-source.ts'
import type { DataSource } from '../source.ts'
import { diskTree } from './disk-tree.ts'
import type { CacheChoice } from './prepared/through-cache.ts'

export type { AnyDataset } from '../any-dataset.ts'
export type { OpenedSource } from '../open/open-source.ts'

/** How data are opened in Node: those that are too large for memory through a prepared copy on disk. */
export type OpenSourceOptions = Omit<OpenIn, 'through'> & CacheChoice

/**
 * Opens data. Those that would take more than a quarter of the memory that the process may use are prepared once in a folder of the
 * user's cache, and their items are read from there.
 *
 * @throws TweedieError `data` if they are missing, broken or of another kind than the source says; `interrupted`
 * @example
 * const { train, heldOut, report } = await openSource({ path: 'photos', size: 32, holdOut: 0.1, holdOutManner: 'random' })
 */
export async function openSource(
  source: DataSource,
  { dataCache, inMemory, ...options }: OpenSourceOptions = {},
): Promise<OpenedSource> {
  const { throughCache } = await import('./prepared/through-cache.ts')
  return openIn(diskTree, source, {
    ...options,
    through: (paths, reading, open) =>
      throughCache(paths, reading, open, { dataCache, inMemory, signal: options.signal }),
  })
}
