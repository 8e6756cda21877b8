/**
 * Opens the data that a source names for a request: progress counts files, and whatever was guessed or left out becomes
 * a remark.
 */
import type { Setting } from '../../families/family.ts'
import { openSource } from '../../files/data/node/open-source.ts'
import type { CacheChoice } from '../../files/data/node/prepared/through-cache.ts'
import type { cacheOptions } from '../../files/data/options.ts'
import type { DataReaders } from '../../files/data/reader.ts'
import type { DataSource } from '../../files/data/source.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { TrainData } from '../../tools/train/problem.ts'

/** How reading is stopped and watched. */
export type OpenOptions = Pick<Setting, 'signal' | 'onProgress' | 'onRemark'> &
  CacheChoice & {
    /** Readers of one's own. */
    readonly readers?: DataReaders | undefined
  }

/** Where data are kept, as options of a request say it. */
export function cacheOf(options: OptionValues = {}): CacheChoice {
  const { dataCache, inMemory }: ValuesOf<typeof cacheOptions> = options
  return { ...(dataCache !== undefined && { dataCache }), ...(inMemory && { inMemory }) }
}

/** Opens any data set: the training part, and the held-out part, if there is one. */
export async function openParts(
  source: DataSource,
  { signal, onProgress, onRemark, readers, dataCache, inMemory }: OpenOptions = {},
): Promise<{ readonly train: TrainData; readonly heldOut?: TrainData }> {
  const { report, ...parts } = await openSource(source, {
    signal,
    readers,
    dataCache,
    inMemory,
    onProgress: (done, total) => onProgress?.({ phase: 'reading', done, total, unit: 'files' }),
  })
  for (const remark of report) onRemark?.(remark)
  return parts
}
