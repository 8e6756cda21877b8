/**
 * How good a model of text is: the bound of held-out data in bits, beside an n-gram model's; and statistics of samples.
 */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import type { Denoiser } from '../../diffusion/denoise/denoiser.ts'
import { type CategoricalDenoiser, discreteBound, type EmbeddingTable } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import { integers, key } from '../../engine/random/index.ts'
import { textOfDataset, tokensPerCharacter } from './dataset-text.ts'
import { embeddingBound, embeddingBoundSteps, roundingTime } from './embedding-bound.ts'
import { boundOfItems, defaultTerms, type TokenBound, type TokenBoundOptions } from './item-bound.ts'
import { knownShare, ngramModel } from './ngram.ts'
import { unigramDivergence } from './unigrams.ts'

export { textOfDataset } from './dataset-text.ts'
export type { Estimate, TokenBound, TokenBoundOptions } from './item-bound.ts'

/**
 * The variational bound on held-out items under a discrete process: each at as many noise levels as there are terms.
 *
 * @param denoiser takes `batch` items at a time
 */
export async function tokenBound(
  denoiser: CategoricalDenoiser & { readonly batch: number },
  heldOut: CategoricalDataset,
  options: TokenBoundOptions = {},
): Promise<TokenBound> {
  const { batch, process } = denoiser
  const { steps } = process.spec
  const terms = Math.min(options.terms ?? defaultTerms, steps === null ? Infinity : Math.max(1, steps - 1))
  return boundOfItems(heldOut, { ...options, batch, terms }, ({ tokens, labels, ...some }) =>
    discreteBound(denoiser, tokens, {
      ...some,
      terms,
      conditions: labels && { labels },
      ...(options.signal && { signal: options.signal }),
    }),
  )
}

/** How to work out the bound of a model of noisy embeddings. */
export interface EmbeddedBoundOptions extends TokenBoundOptions {
  /** The training data, which decide the time of rounding. */
  readonly train: CategoricalDataset
  /** Reverse steps; default 1000. */
  readonly steps?: number | undefined
}

/** The bound of noisy embeddings, and its time of rounding. */
export interface EmbeddedBound extends TokenBound {
  /** Reverse steps. */
  readonly steps: number
  /** t₀. */
  readonly roundingTime: number
}

/** The number of tokens that decide the time of rounding. */
const roundingTokens = 512

/**
 * The same under noisy embeddings.
 *
 * @param denoiser of items `[L, d]`, `batch` at a time
 * @throws TweedieError `usage` for counts that make no sense
 */
export async function embeddedBound(
  denoiser: Denoiser & { readonly batch: number },
  table: EmbeddingTable,
  heldOut: CategoricalDataset,
  { train, steps = embeddingBoundSteps, ...options }: EmbeddedBoundOptions,
): Promise<EmbeddedBound> {
  const { batch, schedule } = denoiser
  const terms = Math.min(options.terms ?? defaultTerms, steps)
  const places = integers(key('rounding'), roundingTokens, 0, train.data.length)
  const from = roundingTime(
    schedule,
    table,
    Int32Array.from(places, (place) => train.data[place]!),
  )
  const bound = await boundOfItems(heldOut, { ...options, batch, terms }, ({ tokens, labels: _, ...some }) =>
    embeddingBound(denoiser, table, tokens, { ...some, from, steps, terms, signal: options.signal }),
  )
  return { ...bound, steps, roundingTime: from }
}

/**
 * Bits per character that an n-gram model with back-off, counted on the training part, needs for the held-out part.
 *
 * @throws TweedieError `usage` for data that are not text
 */
export function ngramBaseline(train: CategoricalDataset, heldOut: CategoricalDataset, order = 5): number {
  if (heldOut.vocabulary.kind !== 'text') throw new TweedieError('usage', `${heldOut.name}: n-grams are for text`)
  const nats = ngramModel(train.data, train.categories, order).natsPerToken(heldOut.data)
  return (nats / Math.LN2) * tokensPerCharacter(heldOut)
}

/** How samples compare with the text that a model was trained on. */
export interface SampleReport {
  readonly samples: number
  /** The share of their n-grams that occur in the text. */
  readonly knownGrams: number
  /**
   * The divergence of their character frequencies from the text's, in bits: 0 where they are the same, 1 where none
   * occurs in both.
   */
  readonly unigramDivergence: number
}

/**
 * Judges samples; both figures are needed: a sample that repeats one known word has good n-grams, but a high
 * divergence.
 */
export function judgeTexts(samples: readonly string[], train: CategoricalDataset, order = 5): SampleReport {
  const corpus = textOfDataset(train)
  return {
    samples: samples.length,
    knownGrams: knownShare(samples, corpus, order),
    unigramDivergence: unigramDivergence(samples, corpus),
  }
}
