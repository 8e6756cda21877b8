/** A bound of a data set of tokens: of some of its items, drawn at random, in bits and nats a token. */
import { rowsOf, type Shards } from '../shards/shards.ts'
import { type CategoricalDataset, loadTokens } from '../../files/data/categorical.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { BoundTerms } from '../../diffusion/denoise/bound-terms.ts'
import { fold, key, permutation } from '../../engine/random/index.ts'
import { tokensPerCharacter } from './dataset-text.ts'

/** A mean with its standard error. */
export interface Estimate {
  readonly mean: number
  readonly error: number
}

/** The bound of held-out data. */
export interface TokenBound {
  /** Items or windows that were evaluated. */
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

/** How many items, and how exact. */
export interface TokenBoundOptions {
  /** Items or windows; default 64, or as many as there are. */
  readonly items?: number | undefined
  /** Terms of the bound that are evaluated; default {@link defaultTerms}. */
  readonly terms?: number | undefined
  readonly seed?: number | undefined
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/** The default number of terms. */
export const defaultTerms = 32

/** One batch of items, and the progress. */
export interface BoundBatch {
  /** `[batch, ...shape]`. */
  readonly tokens: Int32Array
  readonly labels: Int32Array | undefined
  readonly firstItem: number
  readonly seed: string
  readonly onTerm: (done: number, total: number) => void
}

/**
 * Gathers the bounds of items: each batch evaluates its own terms. The error is that over items.
 *
 * @param batch items at a time
 * @param terms how many of them `boundOf` evaluates
 */
export async function boundOfItems(
  dataset: CategoricalDataset,
  { items = 64, batch, terms, seed = 0, shards, onProgress }: TokenBoundOptions & Record<'batch' | 'terms', number>,
  boundOf: (some: BoundBatch) => Promise<BoundTerms>,
): Promise<TokenBound> {
  const size = itemSize(dataset.shape)
  const all = Math.floor(dataset.data.length / size)
  const count = Math.min(items, all)
  const order = permutation(fold(key(seed), 'held-out'), all)
  const perItem: number[] = []
  const parts = { prior: 0, transitions: 0, decoder: 0 }
  for (let first = 0; first < count; first += batch) {
    const chosen = order.subarray(first, Math.min(first + batch, count))
    const starts = Array.from(chosen, (index) => index * size)
    const rows = await rowsOf(shards, { name: 'bounds', first, size: batch, count }, async () => {
      const { total, prior, decoder } = await boundOf({
        tokens: loadTokens(dataset, starts, new Int32Array(chosen.length * size)),
        labels: dataset.labels && Int32Array.from(chosen, (index) => dataset.labels![index]!),
        firstItem: first,
        seed: `${seed} ${first}`,
        onTerm: (done, of) => onProgress?.(first * of + done * chosen.length, count * of),
      })
      return { total, prior, decoder }
    })
    if (!rows) continue
    for (let i = 0; i < chosen.length; i++) {
      perItem.push(rows.total[i]! / size)
      parts.prior += rows.prior[i]! / size / count
      parts.decoder += rows.decoder[i]! / size / count
    }
  }
  const nats = estimate(perItem)
  const bits = scaled(nats, 1 / Math.LN2)
  return {
    items: count,
    terms,
    nats,
    parts: { ...parts, transitions: nats.mean - parts.prior - parts.decoder },
    bitsPerToken: bits,
    bitsPerCharacter: dataset.vocabulary.kind === 'text' ? scaled(bits, tokensPerCharacter(dataset)) : undefined,
  }
}

function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((a, b) => a + b / values.length, 0)
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1)
  return { mean, error: Math.sqrt(variance / values.length) }
}

const scaled = ({ mean, error }: Estimate, factor: number): Estimate => ({ mean: mean * factor, error: error * factor })
