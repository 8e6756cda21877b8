/** Opens files of many pictures: WebDataset's .tar, and Parquet. */
import { TweedieError } from '../../../errors.ts'
import type { ArrayDataset } from '../dataset.ts'
import type { FileTree } from '../file-tree.ts'
import { withFacts } from '../stored-dataset.ts'
import { type OpenDatasetOptions, refuseWishes } from './dataset-options.ts'
import { readImageFolder } from './image-folder.ts'
import { openParquets } from './parquet-tree.ts'
import type { Shards } from './shard-paths.ts'
import { openTars } from './tar-tree.ts'

/**
 * The pictures of shards as a data set.
 *
 * @throws TweedieError `usage` for options that such data do not have, `data` for broken files
 */
export async function openShards(
  tree: FileTree,
  { kind, paths }: Shards,
  path: string,
  name: string,
  options: OpenDatasetOptions,
): Promise<ArrayDataset> {
  refuseWishes(path, options, ['frames', 'frameStride', 'as', 'points'], 'other data than shards of pictures')
  if (!tree.ranges || !tree.picturesIn) {
    throw new TweedieError('usage', `${path}: shards are not read in a browser`, { hint: 'unpack them' })
  }
  const shards = await (kind === 'tar' ? openTars : openParquets)(tree, paths, options.signal)
  try {
    const dataset = await readImageFolder(shards.tree, '', name, options)
    const remarks = [...(dataset.remarks ?? []), ...(shards.tree.beside?.remarks ?? [])]
    return withFacts(dataset, { remarks })
  } catch (error) {
    if (!(error instanceof TweedieError) || !error.message.startsWith(': ')) throw error
    throw new TweedieError(error.code, `${path}${error.message}`, { hint: error.hint, cause: error })
  } finally {
    shards.close()
  }
}
