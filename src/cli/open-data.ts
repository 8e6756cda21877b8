/** Opens the data of a run, with progress and remarks about what was left out. */
import { openParts as open } from '../app/node/open-data.ts'
import { TweedieError } from '../errors.ts'
import type { ArrayDataset } from '../files/data/dataset.ts'
import type { DataSource } from '../tools/train/node/run-folder.ts'
import type { TrainData } from '../tools/train/problem.ts'
import type { Verbosity } from './output.ts'
import { phases } from './progress.ts'

export { isMaps } from '../app/node/open-data.ts'

type OpenOptions = Verbosity & { readonly signal?: AbortSignal }

/**
 * Opens the part of a data set of images, points or other numbers that is trained on.
 *
 * @throws TweedieError `data` for tokens
 */
export async function openData(source: DataSource, options: OpenOptions = {}): Promise<ArrayDataset> {
  const { train } = await openParts(source, options)
  if (train.kind !== 'tokens') return train
  throw new TweedieError('data', `${source.path}: tokens, where images or points are needed`)
}

/** Opens any data set: what is trained on, and what is held out, if anything is. */
export async function openParts(
  source: DataSource,
  { signal, ...verbosity }: OpenOptions = {},
): Promise<{ readonly train: TrainData; readonly heldOut?: TrainData }> {
  using display = phases(verbosity)
  return await open(source, { signal, onProgress: display.onProgress, onRemark: display.onRemark })
}
