/** Between images and maps of tokens, for whole data sets: what a prior over tokens is trained on, and what its samples become. */
import { type CompiledQuantiser, compiledQuantiser, type QuantiserWeights } from '../../compiled/quantiser.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { type CategoricalDataset, createCategorical } from '../../files/data/categorical.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { shapeText } from '../../words.ts'
import { tokenColors } from './token-colors.ts'

/** How it is done. */
export interface TokenMapOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** Items at a time; default 64. */
  readonly batch?: number | undefined
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
  const x = new Float32Array((options.batch ?? usualBatch) * itemSize(shape))
  await inBatches(part, engine, dataset.length, options, async (quantiser, first, count) => {
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
    vocabulary: {
      kind: 'map',
      names: Array.from({ length: codes }, (_, token) => String(token)),
      colors: tokenColors(part),
    },
  })
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
  const { tokenShape, outputShape, codes } = part.autoencoder
  const size = sizeOf(tokenShape)
  const count = tokens.length / size
  if (!Number.isInteger(count) || count === 0) {
    throw new TweedieError('shape', `${tokens.length} tokens are no whole maps of ${shapeText(tokenShape)}`)
  }
  const whole = Int32Array.from(tokens)
  const wrong = whole.findIndex((token, i) => token !== tokens[i] || token < 0 || token >= codes)
  if (wrong >= 0) {
    throw new TweedieError('data', `token ${tokens[wrong]} at ${wrong}: must be a whole number, 0 … ${codes - 1}`, {
      hint: 'were the tokens made by another autoencoder?',
    })
  }
  const images = new Float32Array(count * sizeOf(outputShape))
  await inBatches(part, engine, count, options, async (quantiser, first, some) => {
    const part = await quantiser.decode(whole.subarray(first * size, (first + some) * size), options.signal)
    images.set(part, first * sizeOf(outputShape))
  })
  return images
}

const usualBatch = 64

async function inBatches(
  part: QuantiserWeights,
  engine: Engine,
  total: number,
  { batch: wanted = usualBatch, device, threads, signal, onProgress }: TokenMapOptions,
  work: (quantiser: CompiledQuantiser, first: number, count: number) => Promise<void>,
): Promise<void> {
  const batch = Math.min(wanted, total)
  const session = { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
  using quantiser = compiledQuantiser(part, engine, { batch, ...session })
  for (let first = 0; first < total; first += batch) {
    throwIfAborted(signal)
    await work(quantiser, first, Math.min(batch, total - first))
    onProgress?.(Math.min(first + batch, total), total)
  }
}
