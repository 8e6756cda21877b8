/** Opens every kind of data set: a built-in one by name, a file or a folder by path. */
import type { ArrayDataset } from '../dataset.ts'
import { type ImageFolderOptions, readImageFolder as readPictures } from '../open/image-folder.ts'
import { openDataset as openIn, type OpenDatasetOptions } from '../open/open-dataset.ts'
import { diskTree } from './disk-tree.ts'

export type { ImageFolderOptions } from '../open/image-folder.ts'
export type { OpenDatasetOptions } from '../open/open-dataset.ts'

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
export function openDataset(pathOrName: string, options: OpenDatasetOptions = {}): Promise<ArrayDataset> {
  return openIn(diskTree, pathOrName, options)
}

/**
 * Reads a folder of images: PNG, JPEG, WebP, GIF (first frame), TIFF, AVIF.
 *
 * @returns images `[1 … 4, height, width]`; files that could not be read are in `skipped`, what was guessed in `remarks`
 * @throws TweedieError `data` where no image can be read, images are smaller than `size`, some lie in class folders and some
 *   beside them; `usage` for a size that makes no sense; `interrupted`
 */
export function readImageFolder(folder: string, name: string, options: ImageFolderOptions = {}): Promise<ArrayDataset> {
  return readPictures(diskTree, folder, name, options)
}
