/** Where data come from and how they are read: plain JSON, which a run keeps in its `train.json`. */
import type { ArrayKind } from './from-array.ts'
import type { HoldOutManner } from './hold-out.ts'
import type { ImageFit } from './image-fits.ts'

/** Where the data came from: everything needed to open the same data again. */
export interface DataSource {
  /** A path or the name of a built-in set. */
  readonly path: string
  /** Of a folder of images: the side of a square, or height and width; by default their own, if all have the same. */
  readonly size?: number | readonly [height: number, width: number] | undefined
  /** How images of another shape are brought to that size; by default they cover it. */
  readonly fit?: ImageFit | undefined
  /** Whether images smaller than that size are enlarged; by default they are refused. */
  readonly upscale?: boolean | undefined
  /** Pixels along the side of the patches that images are cut into. */
  readonly crop?: number | undefined
  /** Grey, grey with opacity, colour, colour with opacity. */
  readonly channels?: 1 | 2 | 3 | 4 | undefined
  /** A CSS colour that is laid behind transparent pixels. */
  readonly background?: string | undefined
  /** 16: the values of images of 16 bits are kept; by default they are read with 8, and images of floats as they are. */
  readonly bits?: 8 | 16 | undefined
  /** Of videos: how many frames an item has; that says that they are videos. */
  readonly frames?: number | undefined
  /** Of built-in simulators: how many states a window has. */
  readonly window?: number | undefined
  /** Every how many frames of a video one is kept; by default all are. */
  readonly frameStride?: number | undefined
  /** Frames from the beginning of one item of a video to that of the next; by default none is in two items. */
  readonly stride?: number | undefined
  /** Which part of a published set is read; by default what is meant for training. */
  readonly split?: 'train' | 'validation' | 'test' | undefined
  /** Of a table: the column that holds the class, by name or number. */
  readonly labelColumn?: string | number | undefined
  /**
   * Whether captions are read: from a table beside the images, or a text beside each; a list names columns of the table, and
   * `['names']` says that the names of the files are the captions.
   */
  readonly captions?: boolean | readonly string[] | undefined
  /** Of clouds: how many points each has. */
  readonly points?: number | undefined
  /** Of clouds: whether their points are far from each other. */
  readonly evenly?: boolean | undefined
  /** Of clouds: `shape`: each is brought to mean 0 and standard deviation 1. */
  readonly normalise?: 'shape' | 'set' | undefined
  /** The kind of data in an array, if its type and shape suggest another. */
  readonly as?: ArrayKind | undefined
  /** Of a built-in set: how many items. */
  readonly length?: number | undefined
  readonly unlabelled?: boolean | undefined
  /** The share of the data that was kept out of training; nothing by default. */
  readonly holdOut?: number | undefined
  /** Which items are held out; older runs held out the last ones, and do not record it. */
  readonly holdOutManner?: HoldOutManner | undefined
  /** For fields over time: which variables; all of them if there is no list. */
  readonly fields?: { readonly variables?: readonly string[] | undefined } | undefined
  /** For tokens: how the data become tokens. */
  readonly tokens?: TokenSource | undefined
  /** For a table that is read with all its columns, of numbers and of categories: how. */
  readonly table?: TableSource | undefined
}

/** How the columns of a table are read. Columns are called by their names, or by their numbers from 0, negative from the end. */
export interface TableSource {
  /** The column that is to be predicted from the others. */
  readonly target?: string | undefined
  /** Columns that are categories, whatever they look like. */
  readonly categories?: readonly string[] | undefined
  /** Columns that are numbers. */
  readonly numbers?: readonly string[] | undefined
  /** Columns that are not read. */
  readonly leaveOut?: readonly string[] | undefined
}

/**
 * How data become tokens: the text's tokenizer and the length of its windows, the number of levels of an image, or the columns
 * of a table, those of many numbers in so many bins.
 */
export type TokenSource =
  | { readonly tokenizer: string; readonly length: number }
  | { readonly levels: number }
  | { readonly columns: true; readonly bins?: number | undefined }
