/** How good a model of tokens is: the bound of held-out data in bits, beside an n-gram model's; and how much samples make up. */
import type { CategoricalDataset } from '../data/categorical.ts'
import { itemSize } from '../data/dataset.ts'
import { type CategoricalDenoiser, discreteBound } from '../discrete/index.ts'
import { TweedieError } from '../errors.ts'
import { textOf } from '../model/token-text.ts'
import { fold, key, permutation } from '../random/index.ts'
import { ngramModel } from './ngram.ts'

/** A mean with its standard error. */
export interface Estimate {
  readonly mean: number
  readonly error: number
}

/** The bound of held-out data. */
export interface TokenBound {
  /** Items or windows that were looked at. */
  readonly items: number
  readonly terms: number
  /** Nats per token. */
  readonly nats: Estimate
  /** Its parts: prior, transitions, decoder. */
  readonly parts: { readonly prior: number; readonly transitions: number; readonly decoder: number }
  readonly bitsPerToken: Estimate
  /** Of text: tokens may be of several characters. */
  readonly bitsPerCharacter: Estimate | undefined
}

/** How to work it out. */
export interface TokenBoundOptions {
  /** Items or windows; default 64, or as many as there are. */
  readonly items?: number | undefined
  /** Terms of the bound that are looked at; default 32. */
  readonly terms?: number | undefined
  readonly seed?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * The variational bound on held-out items: each at as many noise levels as there are terms, drawn anew for each batch. The
 * error is that over items.
 *
 * @param denoiser takes `batch` items at a time
 * @throws TweedieError `data` where nothing is held out
 */
export async function tokenBound(
  denoiser: CategoricalDenoiser & { readonly batch: number },
  heldOut: CategoricalDataset,
  { items = 64, terms, seed = 0, signal, onProgress }: TokenBoundOptions = {},
): Promise<TokenBound> {
  const size = itemSize(heldOut.shape)
  const all = Math.floor(heldOut.data.length / size)
  const count = Math.min(items, all)
  const order = permutation(fold(key(seed), 'held-out'), all)
  const own = denoiser.process.spec.steps
  const looked = Math.min(terms ?? 32, own === null ? Infinity : Math.max(1, own - 1))
  const perItem: number[] = []
  const parts = { prior: 0, transitions: 0, decoder: 0 }
  for (let first = 0; first < count; first += denoiser.batch) {
    const now = Math.min(denoiser.batch, count - first)
    const x0 = new Int32Array(now * size)
    for (let i = 0; i < now; i++) {
      const at = order[first + i]! * size
      x0.set(heldOut.data.subarray(at, at + size), i * size)
    }
    const labels = heldOut.labels && Int32Array.from({ length: now }, (_, i) => heldOut.labels![order[first + i]!]!)
    const bound = await discreteBound(denoiser, x0, {
      terms: looked,
      seed: `${seed} ${first}`,
      firstItem: first,
      ...(labels && { labels }),
      ...(signal && { signal }),
      onTerm: (done, total) => onProgress?.(first * total + done * now, count * total),
    })
    for (let i = 0; i < now; i++) {
      perItem.push(bound.total[i]! / size)
      parts.prior += bound.prior[i]! / size / count
      parts.decoder += bound.decoder[i]! / size / count
    }
  }
  const nats = estimate(perItem)
  const bits = scaled(nats, 1 / Math.LN2)
  return {
    items: count,
    terms: looked,
    nats,
    parts: { ...parts, transitions: nats.mean - parts.prior - parts.decoder },
    bitsPerToken: bits,
    bitsPerCharacter: heldOut.look.kind === 'text' ? scaled(bits, tokensPerCharacter(heldOut)) : undefined,
  }
}

/**
 * Bits per character that an n-gram model with back-off, counted on the training part, needs for the held-out part.
 *
 * @throws TweedieError `usage` for data that are no text
 */
export function ngramBaseline(train: CategoricalDataset, heldOut: CategoricalDataset, order = 5): number {
  if (heldOut.look.kind !== 'text') throw new TweedieError('usage', `${heldOut.name}: n-grams are for text`)
  const nats = ngramModel(train.data, train.categories, order).natsPerToken(heldOut.data)
  return (nats / Math.LN2) * tokensPerCharacter(heldOut)
}

/** The text of a data set, whole. */
export function textOfDataset({ data, look }: CategoricalDataset): string {
  return textOf({ shape: [data.length], look }, data)[0]!
}

function tokensPerCharacter(dataset: CategoricalDataset): number {
  let characters = 0
  for (const _ of textOfDataset(dataset)) characters++
  return dataset.data.length / characters
}

function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((a, b) => a + b / values.length, 0)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1)
  return { mean, error: Math.sqrt(variance / values.length) }
}

const scaled = ({ mean, error }: Estimate, factor: number): Estimate => ({ mean: mean * factor, error: error * factor })
