/**
 * Opens the data that a source names for a request: progress counts files, and whatever was guessed or left out becomes
 * a remark.
 */
import type { Setting } from '../../families/family.ts'
import { openSource } from '../../files/data/node/open-source.ts'
import type { DataReaders } from '../../files/data/reader.ts'
import type { DataSource } from '../../files/data/source.ts'
import type { TrainData } from '../../tools/train/problem.ts'

/** How reading is stopped and watched. */
export type OpenOptions = Pick<Setting, 'signal' | 'onProgress' | 'onRemark'> & {
  /** Readers of one's own. */
  readonly readers?: DataReaders | undefined
}

/** Opens any data set: the training part, and the held-out part, if there is one. */
export async function openParts(
  source: DataSource,
  { signal, onProgress, onRemark, readers }: OpenOptions = {},
): Promise<{ readonly train: TrainData; readonly heldOut?: TrainData }> {
  const { report, ...parts } = await openSource(source, {
    signal,
    readers,
    onProgress: (done, total) => onProgress?.({ phase: 'reading', done, total, unit: 'files' }),
  })
  for (const remark of report) onRemark?.(remark)
  return parts
}
