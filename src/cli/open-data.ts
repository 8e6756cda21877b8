/** Opens the data of a run, with progress and remarks about what was left out. */
import type { ArrayDataset } from '../data/dataset.ts'
import { openDataset } from '../data/node/open-dataset.ts'
import type { DataSource } from '../train/node/run-folder.ts'
import { note } from './output.ts'
import type { Verbosity } from './output.ts'
import { startProgress } from './progress.ts'

/** Opens a data set. */
export async function openData(
  { path, size, channels, length, unlabelled }: DataSource,
  options: Verbosity & { readonly signal?: AbortSignal } = {},
): Promise<ArrayDataset> {
  using progress = await startProgress('reading', options)
  const { signal } = options
  const dataset = await openDataset(path, {
    size,
    channels,
    length,
    signal,
    ...(unlabelled && { labels: false }),
    onProgress: (done, total) => progress.update(done, total),
  })
  progress.stop()
  for (const { file, reason } of (dataset.skipped ?? []).slice(0, 5)) note(`skipped ${file}: ${reason}`, options)
  const more = (dataset.skipped?.length ?? 0) - 5
  if (more > 0) note(`skipped ${more} more files ('tweedie data ${path}' lists them)`, options)
  return unlabelled ? Object.freeze({ ...dataset, labels: undefined, classNames: undefined }) : dataset
}
