/** Options of opening data sets, and the refusal of those that data do not support. */
import { TweedieError } from '../../../errors.ts'
import type { ArrayKind } from '../from-array.ts'
import type { ImageFolderOptions } from './image-folder-options.ts'
import type { SplitName } from './splits.ts'

/** How a data set is opened. */
export interface OpenDatasetOptions extends ImageFolderOptions {
  /** which files of MNIST and CIFAR-10 folders, which folder of `train/`, `test/` …, which part of images that are cropped; by default `train` */
  readonly split?: SplitName | undefined
  /** videos: how many frames an item has; that says that they are videos */
  readonly frames?: number | undefined
  /** videos: every how many frames one is kept; by default 1 */
  readonly frameStride?: number | undefined
  /** built-in simulators: how many states a window has */
  readonly window?: number | undefined
  /** arrays: the kind of data, if type and shape suggest another */
  readonly as?: ArrayKind | undefined
  /** clouds: how many points each has; by default 256, of arrays all of them */
  readonly points?: number | undefined
  /** clouds: whether points are far from each other, by farthest-point thinning, instead of at random */
  readonly evenly?: boolean | undefined
  /** clouds: whether each shape is brought to mean 0 and standard deviation 1 (`shape`), or keeps its place and size (`set`, the default) */
  readonly normalise?: 'shape' | 'set' | undefined
  /** built-in sets: how many items to make; by default 10,000 */
  readonly length?: number | undefined
  /** built-in sets: which items to make; by default 0 */
  readonly seed?: number | string | undefined
  /** how much a file may hold, unpacked; by default 2 GiB */
  readonly maxBytes?: number | undefined
}

/** How pictures of a folder are read; what is stored as numbers is taken as it is. */
export const pictureWishes = ['fit', 'upscale', 'background', 'bits'] as const

/** What concerns single pictures, and makes no sense of videos. */
export const stillWishes = ['crop', 'bits', 'captions', 'labelColumn'] as const

/** What concerns videos. */
export const videoWishes = ['frames', 'frameStride'] as const

/** Whether videos are asked for. */
export const wantsVideos = ({ frames, as }: OpenDatasetOptions): boolean => frames !== undefined || as === 'videos'

/** Refuses options that such data do not support, rather than ignore them. */
export function refuseWishes(
  path: string,
  options: OpenDatasetOptions,
  names: readonly (keyof OpenDatasetOptions)[],
  what: string,
): void {
  const name = names.find((each) => options[each] !== undefined)
  if (name !== undefined) throw new TweedieError('usage', `${path}: \`${name}\` is for ${what}`)
}
