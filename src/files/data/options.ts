/** The options of data and of reading them, for commands, servers and programs. */
import { TweedieError } from '../../errors.ts'
import { oneOf, options, real, text, whole } from '../../options.ts'
import { imageFits } from './image-fits.ts'

const group = 'Data'
const pictures = 'More: how pictures are read'
const shapes = 'More: how shapes are read'
const tokens = 'More: data of tokens'
const tables = 'More: tables of numbers and categories'
const large = 'More: data larger than memory'

const side = whole({ max: 4096 })

export const dataOptions = options({
  size: {
    flags: '--size <size>',
    help: 'bring images to this size: 32, or 48x32 (width x height)',
    parse: sizes,
    group,
  },
  crop: { flags: '--crop <pixels>', help: 'cut images into patches of this size', parse: side, group },
  channels: {
    flags: '--channels <n>',
    help: '1: grey, 2: grey with opacity, 3: colour, 4: colour with opacity',
    parse: (typed: string): 1 | 2 | 3 | 4 => Number(oneOf(['1', '2', '3', '4'])(typed)) as 1 | 2 | 3 | 4,
    group,
  },
  frames: {
    flags: '--frames <n>',
    help: 'videos (GIF, WebP, folders of frames, arrays, built in): frames of an item; longer ones are cut into several',
    parse: whole({ min: 2, max: 65_536 }),
    group,
  },
  frameStride: {
    flags: '--frame-stride <n>',
    help: 'videos: keep every n-th frame (default: 1)',
    parse: whole({ max: 65_536 }),
    group: pictures,
  },
  stride: {
    flags: '--stride <n>',
    help: 'videos: frames from the beginning of one item to that of the next (default: no frame is in two)',
    parse: whole({ max: 65_536 }),
    group: pictures,
  },
  fit: {
    flags: '--fit <how>',
    help: 'images of another shape: cover (cut, default), contain (framed) or stretch',
    parse: oneOf(imageFits),
    group: pictures,
  },
  upscale: { flags: '--upscale', help: 'enlarge images that are smaller than --size', group: pictures },
  background: {
    flags: '--background <colour>',
    help: 'background of transparent pixels: white, #ff8800, … (default: opacity is a channel)',
    parse: text,
    group: pictures,
  },
  bits: {
    flags: '--bits <n>',
    help: '16: keep the values of images of 16 bits (default: 8, and images of floats as they are)',
    parse: (typed: string): 8 | 16 => Number(oneOf(['8', '16'])(typed)) as 8 | 16,
    group: pictures,
  },
  split: {
    flags: '--split <name>',
    help: 'of a published set: train (default), validation or test',
    parse: oneOf(['train', 'validation', 'test']),
    group,
  },
  labelColumn: {
    flags: '--label-column <name>',
    help: 'of a table: the column that holds the class, by name or number',
    parse: (typed: string): string | number => (/^\d+$/.test(typed) ? Number(typed) : typed),
    group,
  },
  as: {
    flags: '--as <kind>',
    help: 'kind of data in an array: images, points, clouds, arrays, videos, or fields over time (default: by its type and shape)',
    parse: oneOf(['images', 'points', 'clouds', 'arrays', 'videos', 'fields']),
    group,
  },
  points: {
    flags: '--points <n>',
    help: 'of shapes and clouds: points of each (default: 256, of arrays all)',
    parse: whole({ min: 2, max: 65_536 }),
    group,
  },
  evenly: { flags: '--evenly', help: 'points that are far from each other, instead of at random', group: shapes },
  normalise: {
    flags: '--normalise <how>',
    help: 'shape: each moved and scaled to mean 0 and deviation 1; set: as they are (default)',
    parse: oneOf(['shape', 'set']),
    group: shapes,
  },
  variables: {
    flags: '--variables <list>',
    help: 'fields over time: which variables, such as t2m,u10 (default: all of the file)',
    parse: (typed: string): readonly string[] =>
      typed
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
    group: 'Data',
  },
  items: {
    flags: '--items <n>',
    help: 'built-in sets: how many items (default: 10000, of videos 4000)',
    parse: whole(),
    group,
  },
  unconditional: { flags: '--unconditional', help: 'ignore classes', group },
  target: {
    flags: '--target <column>',
    help: 'of a table: the column to predict from the others, by name or number',
    parse: text,
    group,
  },
  table: {
    flags: '--table',
    help: 'read a table with all its columns: numbers, categories, missing values (--target does so too)',
    group: tables,
  },
  categorical: {
    flags: '--categorical <columns>',
    help: 'columns that are categories, whatever they look like: town,rooms',
    parse: columnNames,
    group: tables,
  },
  numeric: { flags: '--numeric <columns>', help: 'columns that are numbers', parse: columnNames, group: tables },
  leaveOut: { flags: '--leave-out <columns>', help: 'columns that are not read', parse: columnNames, group: tables },
  holdOut: {
    flags: '--hold-out <share>',
    help: 'keep a share of each class out, for eval; of text the end (default: 0, for text 0.1)',
    parse: real({ min: 0, max: 0.9 }),
    group,
  },
  tokens: {
    flags: '--tokens <how>',
    help: 'text as characters, bytes, or by a tokenizer.json (default: characters); a table: columns',
    parse: text,
    group: tokens,
  },
  length: {
    flags: '--length <n>',
    help: 'tokens to a window of text (default: 128)',
    parse: whole({ max: 65_536 }),
    group: tokens,
  },
  categories: {
    flags: '--categories <n>',
    help: 'images of so many levels as categories; with --tokens columns: bins of a column of numbers',
    parse: whole({ min: 2, max: 65_536 }),
    group: tokens,
  },
})

/** Where data lie that are too large for memory. They change nothing else. */
export const cacheOptions = options({
  dataCache: {
    flags: '--data-cache <folder>',
    help: "prepare the data on disk in this folder, and read items as they are needed (default: in the user's cache, if they take over a quarter of the memory)",
    parse: text,
    group: large,
  },
  inMemory: { flags: '--in-memory', help: 'read all data into memory, however large', group: large },
})

/** Options of captions, for what can use them. */
export const captionReading = options({
  captions: {
    flags: '--captions',
    help: 'read the captions of pictures: metadata.jsonl or .csv, or a .txt beside each',
    group,
  },
  captionsFrom: {
    flags: '--captions-from <columns>',
    help: 'columns of that table, as text,style; or names: the names of the files (default: text or caption)',
    parse: columnNames,
    group: pictures,
  },
})

/** `text, style` */
function columnNames(typed: string): readonly string[] {
  const names = typed.split(',').map((each) => each.trim())
  if (names.every((each) => each !== '')) return names
  throw new TweedieError('usage', 'It must be names of columns with commas between them, such as text,style.')
}

/** `32`, or width and height as people write them, `48x32`, to the order that shapes have. */
function sizes(typed: string): number | readonly [height: number, width: number] {
  const parts = typed.toLowerCase().split(/[x×]/)
  if (parts.length === 1) return side(typed)
  const [width, height] = parts
  if (parts.length === 2) return [side(height!), side(width!)]
  throw new TweedieError('usage', 'It must be a number of pixels, or width x height, such as 48x32.')
}
