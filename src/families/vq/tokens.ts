/** Between images and maps of tokens, for whole data sets: what a prior over tokens is trained on, and what its samples become. */
import { type CompiledQuantiser, compiledQuantiser, type QuantiserWeights } from '../../compiled/quantiser.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import type { VectorQuantiser } from '../../engine/nn/vq-model/vq-model.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { type CategoricalDataset, createCategorical, type TokenVocabulary } from '../../files/data/categorical.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { shapeText } from '../../words.ts'
import { tokenColors } from './token-colors.ts'

/** How it is done. */
export interface TokenMapOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** Items at a time; default 64. */
  readonly batch?: number | undefined
  /** Maps that were drawn by several processes: the batches that are decoded here. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * A data set of images as one of maps of tokens: a categorical data set, with the labels of the images, that the families of tokens learn.
 *
 * @throws TweedieError `shape` for images of another shape than the quantiser's
 * @example
 * const maps = await imagesToTokens(model, digits, engine) // items [7, 7] of 256 categories
 */
export async function imagesToTokens(
  part: QuantiserWeights,
  dataset: ArrayDataset,
  engine: Engine,
  options: TokenMapOptions = {},
): Promise<CategoricalDataset> {
  const { inputShape, tokenShape, codes } = part.autoencoder
  const { name, shape, labels, classNames } = dataset
  if (shape.join() !== inputShape.join()) {
    throw new TweedieError(
      'shape',
      `${name}: items are ${shapeText(shape)}, the quantiser takes ${shapeText(inputShape)}`,
    )
  }
  const size = sizeOf(tokenShape)
  const data = new Int32Array(dataset.length * size)
  const batch = Math.min(options.batch ?? usualBatch, dataset.length)
  const x = new Float32Array(batch * itemSize(shape))
  using quantiser = compiledQuantiser(part, engine, { batch, ...sessionIn(options) })
  await inBatches(batch, dataset.length, options, async (first, count) => {
    const indices = Array.from({ length: count }, (_, i) => first + i)
    const items = loadBatch(dataset, indices, x.subarray(0, count * itemSize(shape)))
    data.set(await quantiser.encode(items, options.signal), first * size)
  })
  return createCategorical({
    name,
    shape: tokenShape,
    categories: codes,
    data,
    ...(labels && { labels }),
    ...(classNames && { classNames }),
    vocabulary: tokenVocabulary(part),
  })
}

/** What tokens stand for: numbers, with colours for pictures of their maps. */
export function tokenVocabulary(part: QuantiserWeights): TokenVocabulary {
  const names = Array.from({ length: part.autoencoder.codes }, (_, token) => String(token))
  return { kind: 'map', names, colors: tokenColors(part) }
}

/**
 * Maps of tokens as images, `[n, ...outputShape]` in the values that networks see.
 *
 * @param tokens `[n, ...tokenShape]`
 * @throws TweedieError `data` for a token that the codebook has not, `shape` for no whole maps
 */
export async function tokensToImages(
  part: QuantiserWeights,
  tokens: ArrayLike<number>,
  engine: Engine,
  options: TokenMapOptions = {},
): Promise<Float32Array> {
  const whole = wholeMaps(part.autoencoder, tokens)
  const batch = Math.min(options.batch ?? usualBatch, whole.length / sizeOf(part.autoencoder.tokenShape))
  using quantiser = compiledQuantiser(part, engine, { batch, ...sessionIn(options) })
  return await decodedMaps(quantiser, whole, options)
}

/** The same by a quantiser that is compiled, `quantiser.batch` maps at a time. @param tokens whole maps of its tokens */
export async function decodedMaps(
  quantiser: CompiledQuantiser,
  tokens: Int32Array,
  options: Pick<TokenMapOptions, 'shards' | 'signal' | 'onProgress'> = {},
): Promise<Float32Array> {
  const [size, numbers] = [sizeOf(quantiser.tokenShape), sizeOf(quantiser.outputShape)]
  const count = tokens.length / size
  const images = new Float32Array(count * numbers)
  await inBatches(quantiser.batch, count, options, async (first, some) => {
    const from = { name: 'items', first, count: some }
    const place = { name: 'decoded', first, size: quantiser.batch, count, from }
    const rows = await rowsOf(options.shards, place, async () => ({
      images: await quantiser.decode(tokens.subarray(first * size, (first + some) * size), options.signal),
    }))
    if (rows) images.set(rows.images, first * numbers)
  })
  return images
}

/** Checks them. */
function wholeMaps({ tokenShape, codes }: VectorQuantiser, tokens: ArrayLike<number>): Int32Array {
  const count = tokens.length / sizeOf(tokenShape)
  if (!Number.isInteger(count) || count === 0) {
    throw new TweedieError('shape', `${tokens.length} tokens are no whole maps of ${shapeText(tokenShape)}`)
  }
  const whole = Int32Array.from(tokens)
  const wrong = whole.findIndex((token, i) => token !== tokens[i] || token < 0 || token >= codes)
  if (wrong < 0) return whole
  throw new TweedieError('data', `token ${tokens[wrong]} at ${wrong}: must be a whole number, 0 … ${codes - 1}`, {
    hint: 'were the tokens made by another autoencoder?',
  })
}

const usualBatch = 64

function sessionIn({ device, threads }: TokenMapOptions): Pick<SessionOptions, 'device' | 'threads'> {
  return { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
}

async function inBatches(
  batch: number,
  total: number,
  { signal, onProgress }: Pick<TokenMapOptions, 'signal' | 'onProgress'>,
  work: (first: number, count: number) => Promise<void>,
): Promise<void> {
  for (let first = 0; first < total; first += batch) {
    throwIfAborted(signal)
    await work(first, Math.min(batch, total - first))
    onProgress?.(Math.min(first + batch, total), total)
  }
}
