/**
 * Categorical data in memory: tokens 0 … K − 1, one after another in one flat array. A text is one long item, of which
 * a network sees windows at any offset; maps, quantised images and rows of tables are items of their own.
 */
import { TweedieError } from '../../errors.ts'
import { fold, integers, type Key } from '../../engine/random/index.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { batchIndices } from './batches.ts'
import { itemSize } from './dataset.ts'

/** Tokens. */
export interface CategoricalDataset {
  readonly kind: 'tokens'
  readonly name: string
  /** The shape of one item or window: [L], or [H, W] or [C, H, W] for maps and images. */
  readonly shape: readonly number[]
  /** K. */
  readonly categories: number
  /** The number of items, or of windows side by side. */
  readonly length: number
  /** All tokens. */
  readonly data: Int32Array
  /** The class of each item. */
  readonly labels?: Int32Array | undefined
  readonly classNames?: readonly string[] | undefined
  /** The meaning of the categories, for people. */
  readonly vocabulary: TokenVocabulary
  /** What was guessed, left out or changed while reading, a sentence each. */
  readonly remarks?: readonly string[] | undefined
}

/** The meaning of categories. */
export type TokenVocabulary =
  | { readonly kind: 'text'; readonly tokenizer: Tokenizer }
  /** A map: the name and colour of each category. */
  | { readonly kind: 'map'; readonly names: readonly string[]; readonly colors: readonly (readonly number[])[] }
  /** Levels of brightness between the two values. */
  | { readonly kind: 'levels'; readonly range: readonly [low: number, high: number] }
  /** Columns of a table: each with its own names, fewer than K where another column has more. */
  | {
      readonly kind: 'table'
      readonly columns: readonly { readonly name: string; readonly values: readonly string[] }[]
    }

/**
 * Checks that the parts fit together, and freezes them.
 *
 * @throws TweedieError `data` for no items, a token outside 0 … K − 1, or data that do not make whole items; for a
 * text, less than one window
 */
export function createCategorical(parts: Omit<CategoricalDataset, 'kind' | 'length'>): CategoricalDataset {
  const { name, shape, categories, data, labels, vocabulary } = parts
  const size = itemSize(shape)
  if (vocabulary.kind === 'text' && data.length < size) {
    throw new TweedieError('data', `${name}: ${data.length} tokens are less than one window of ${size}`, {
      hint: 'a longer text, or a shorter `length`',
    })
  }
  const items = vocabulary.kind === 'text' ? Math.max(1, Math.floor(data.length / size) - 1) : data.length / size
  if (items === 0) throw new TweedieError('data', `${name}: the data set is empty`)
  if (!Number.isInteger(items)) {
    throw new TweedieError('data', `${name}: ${data.length} tokens are no whole number of [${shape.join(', ')}] items`)
  }
  const wrong = data.findIndex((token) => token < 0 || token >= categories)
  if (wrong >= 0) {
    throw new TweedieError('data', `${name}: token ${data[wrong]} at ${wrong}, allowed: 0 … ${categories - 1}`)
  }
  if (labels && labels.length !== items) {
    throw new TweedieError('data', `${name}: ${labels.length} labels for ${items} items`)
  }
  return Object.freeze({ ...parts, kind: 'tokens', length: items })
}

/** How far windows of a text can be moved: 0 for items of their own. */
export function slackOf({ data, length, shape }: CategoricalDataset): number {
  return data.length - length * itemSize(shape)
}

/**
 * Where the items of a batch begin, as a pure function of (key, step). Every epoch goes over all items once; of a text, over
 * windows side by side whose common offset is drawn anew, so that over the epochs a window begins at every token.
 *
 * @returns for each item of the batch its number and the place of its first token
 */
export function batchPlaces(
  key: Key,
  dataset: CategoricalDataset,
  batch: number,
  step: number,
): { readonly indices: Uint32Array; readonly starts: Float64Array } {
  const [size, slack] = [itemSize(dataset.shape), slackOf(dataset)]
  const indices = batchIndices(key, dataset.length, batch, step)
  const starts = new Float64Array(batch)
  let [epoch, offset] = [-1, 0]
  for (let i = 0; i < batch; i++) {
    const now = Math.floor((step * batch + i) / dataset.length)
    if (now !== epoch && slack > 0) offset = integers(fold(key, 'offset', now), 1, 0, slack + 1)[0]!
    epoch = now
    starts[i] = indices[i]! * size + offset
  }
  return { indices, starts }
}

/** Writes the tokens from each start, `[starts.length, ...shape]`, into `out`. */
export function loadTokens(
  { data, shape }: CategoricalDataset,
  starts: ArrayLike<number>,
  out: Int32Array,
): Int32Array {
  const size = itemSize(shape)
  for (let i = 0; i < starts.length; i++) out.set(data.subarray(starts[i], starts[i]! + size), i * size)
  return out
}
