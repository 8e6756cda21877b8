/** Opens every kind of data set: a built-in one by name, a file or a folder by path. */
import { TweedieError } from '../../../errors.ts'
import { suggest } from '../../../suggest.ts'
import { loadBuiltin } from '../builtin/load.ts'
import { builtinNames, isBuiltinName, isCloudName } from '../builtin/names.ts'
import type { ArrayDataset } from '../dataset.ts'
import type { FileTree } from '../file-tree.ts'
import { type OpenDatasetOptions, pictureWishes, refuseWishes } from './dataset-options.ts'
import { sizeOf } from './image-sizes.ts'
import { isPattern, shardsAt } from './shard-paths.ts'

export type { OpenDatasetOptions } from './dataset-options.ts'

/**
 * Opens a data set.
 *
 * | what | how it is read |
 * |---|---|
 * | `glyphs`, `moons`, … (or `builtin:glyphs`) | a built-in set, unless there is a file of that name |
 * | an IDX file or a folder of them, gzipped or not | images, with the labels beside |
 * | a CIFAR-10 folder or batch (`.bin`) | images with labels |
 * | `.npy`; `.npz` with `images`, `x`, `data` or `arr_0`, and `labels` or `y` | by type and shape: see `datasetFromArray` |
 * | a table of numbers (`.csv`, `.tsv`, `.txt`) | points |
 * | with `frames`: GIF, WebP, folders of frames, what ffmpeg reads; arrays of four and five axes | videos |
 * | `.tar` of WebDataset (also `data-{000..099}.tar`, a folder of them), `.parquet` with pictures | images, with the classes and captions in them |
 * | a folder with `.obj`, `.off`, `.ply`, `.stl`, `.xyz`, `.pts`; with `points` also of texts of points | clouds, sub-folders being classes |
 * | any other folder | images, sub-folders being classes |
 *
 * @example
 * ```ts
 * const digits = await openDataset('data/mnist')
 * const faces = await openDataset('data/faces', { size: 32 })
 * const patches = await openDataset('data/photos', { crop: 32 })
 * const moons = await openDataset('moons', { length: 2000 })
 * ```
 * @throws TweedieError `data` if it does not exist or is broken
 */
export async function openDataset(
  tree: FileTree,
  pathOrName: string,
  options: OpenDatasetOptions = {},
): Promise<ArrayDataset> {
  const kind = await tree.kind(pathOrName)
  if (kind !== undefined || isPattern(pathOrName)) {
    const shards = await shardsAt(tree, pathOrName, options.split)
    if (shards) {
      const { openShards } = await import('./open-files.ts')
      return checkWish(await openShards(tree, shards, pathOrName, tree.nameOf(pathOrName), options), options)
    }
  }
  const bare = pathOrName.replace(/^builtin:/, '')
  if (kind === undefined) {
    if (!isBuiltinName(bare)) throw notFound(bare, pathOrName)
    refuseWishes(bare, options, pictureWishes, 'a folder of images')
    refuseWishes(bare, options, ['frameStride', 'stride'], 'videos in files')
    refuseWishes(bare, options, ['evenly', 'normalise'], 'files of shapes')
    if (!isCloudName(bare)) refuseWishes(bare, options, ['points'], 'clouds')
    return checkWish(
      await loadBuiltin(bare, {
        length: options.length,
        seed: options.seed,
        split: options.split,
        frames: options.frames,
        window: options.window,
        points: options.points,
      }),
      options,
    )
  }
  const name = tree.nameOf(pathOrName)
  // What knows formats is not loaded for built-in sets.
  const { openFiles } = await import('./open-files.ts')
  return checkWish(await openFiles(tree, kind, pathOrName, name, options), options)
}

/** Refuses resizing of images that are stored at one size. */
function checkWish(
  dataset: ArrayDataset,
  { size: scaled, crop, channels, captions }: OpenDatasetOptions,
): ArrayDataset {
  const [c, height, width] = [dataset.shape[0], dataset.shape.at(-2), dataset.shape.at(-1)]
  const isPictures = dataset.kind === 'image' || dataset.kind === 'video'
  const size = scaled ?? crop
  const [rows, columns] = size === undefined ? [] : sizeOf(size)
  if (captions && !dataset.captions) {
    throw new TweedieError('usage', `${dataset.name}: \`captions\`: there are none`, {
      hint: 'a folder of images may have them, and the built-in scenes do',
    })
  }
  const refused =
    (size !== undefined && !(isPictures && height === rows && width === columns)) ||
    (channels !== undefined && c !== channels)
  if (!refused) return dataset
  throw new TweedieError('usage', `${dataset.name}: has items of shape [${dataset.shape.join(', ')}]`, {
    hint: 'only a folder of images can be read at another size or number of channels, or in patches',
  })
}

function notFound(name: string, path: string): TweedieError {
  const near = suggest(name, builtinNames)
  return new TweedieError('data', `${path}: no such file or folder, and no built-in data set of that name`, {
    hint: `${near ? `did you mean ${near}? ` : ''}built in: ${builtinNames.join(', ')}`,
  })
}
