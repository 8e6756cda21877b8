/** Options of reading folders of images. */
import type { ImageFit } from '../image-fits.ts'
import type { ItemStorage } from '../item-storage.ts'
import type { CropOptions } from './image-crops.ts'
import type { Background, Bits, Channels, Size } from './image-words.ts'

/** How a folder of images is read. */
export interface ImageFolderOptions extends CropOptions {
  /** Pixels: the side of a square, or height and width; by default the images' own where all have one, else what suits them (`commonSize`). */
  readonly size?: number | Size | undefined
  /**
   * 1 for grey (Rec. 601 luma), 3 for RGB, 2 and 4 for the same with opacity; by default the fewest that lose nothing.
   */
  readonly channels?: Channels | undefined
  /** Whether images smaller than `size` are enlarged; by default they are an error. */
  readonly upscale?: boolean | undefined
  /** How images of another shape are brought to the size; by default `cover`. */
  readonly fit?: ImageFit | undefined
  /** A colour, as CSS says it, that is laid behind transparent pixels; by default their opacity is a channel. */
  readonly background?: Background | undefined
  /** 16: the values of images of 16 bits are kept, 0 … 65535; by default they are read with 8, and images of floats as they are. */
  readonly bits?: Bits | undefined
  /** Whether sub-folders are classes; by default they are where there are at least two. */
  readonly labels?: boolean | undefined
  /** Of a table, also one beside images: the column that holds the class, by name or by number from 0. */
  readonly labelColumn?: string | number | undefined
  /**
   * Whether captions are read: from a table beside the images, or a `.txt` or `.caption` beside each. A list names columns of the
   * table; `['names']`: the names of the files are the captions.
   */
  readonly captions?: boolean | readonly string[] | undefined
  /** Where images go that do not fit in memory; by default they must. */
  readonly storage?: ItemStorage | undefined
  /** How many images are decoded at once; by default 8. */
  readonly concurrency?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}
