/**
 * An n-gram model with back-off, the baseline of models of text: interpolated Kneser–Ney with one discount an order,
 *
 *     p(w | h) = max(c(h w) − D, 0) / c(h) + D · types(h) / c(h) · p(w | h without its first token),
 *
 * where c counts occurrences at the highest order, and at the lower ones the different tokens seen in front (Kneser & Ney,
 * Improved backing-off for m-gram language modeling, 1995). D = n₁ / (n₁ + 2 n₂) with n₁, n₂ the n-grams counted once, twice.
 */
import { TweedieError } from '../../errors.ts'

/** A model of the next token. */
export interface NgramModel {
  /** n: the tokens of an n-gram, the last of which is the next one. */
  readonly order: number
  /** p(token | context): only the last n − 1 tokens of the context count. */
  probability(context: ArrayLike<number>, token: number): number
  /** The mean of −log p over a text's tokens, each after those before it. */
  natsPerToken(tokens: ArrayLike<number>): number
}

/** The counts of the n-grams of one length. */
interface Level {
  readonly counts: Map<string, number>
  /** By context: how much was counted, and how many different tokens followed. */
  readonly contexts: Map<string, { total: number; types: number }>
  readonly discount: number
}

/**
 * Counts the n-grams of a text.
 *
 * @param vocabulary how many tokens there are: the shortest back-off is uniform over them
 * @throws TweedieError `usage` for an order below 1, `data` for a text of fewer tokens
 */
export function ngramModel(tokens: ArrayLike<number>, vocabulary: number, order = 5): NgramModel {
  if (!Number.isInteger(order) || order < 1) {
    throw new TweedieError('usage', `order ${order}: must be a positive whole number`)
  }
  if (tokens.length < order) {
    throw new TweedieError('data', `${tokens.length} tokens are too few for n-grams of order ${order}`)
  }
  const text = keyOf(tokens, 0, tokens.length)
  let counts = new Map<string, number>()
  for (let i = 0; i + order <= tokens.length; i++) add(counts, text.slice(i * unit, (i + order) * unit))
  const levels = [levelOf(counts)]
  for (let n = order - 1; n >= 1; n--) {
    const shorter = new Map<string, number>()
    for (const key of counts.keys()) add(shorter, key.slice(unit))
    counts = shorter
    levels.unshift(levelOf(counts))
  }

  const probabilityAt = (context: string, token: string): number => {
    let p = 1 / vocabulary
    const known = context.length / unit
    for (let n = 1; n <= order && n - 1 <= known; n++) {
      const { counts, contexts, discount } = levels[n - 1]!
      const history = context.slice(context.length - (n - 1) * unit)
      const seen = contexts.get(history)
      if (seen === undefined) break
      const count = counts.get(history + token) ?? 0
      p = (Math.max(count - discount, 0) + discount * seen.types * p) / seen.total
    }
    return p
  }
  return {
    order,
    probability: (context, token) =>
      probabilityAt(keyOf(context, Math.max(0, context.length - order + 1), context.length), keyOf([token], 0, 1)),
    natsPerToken(tokens) {
      const all = keyOf(tokens, 0, tokens.length)
      let sum = 0
      for (let i = 0; i < tokens.length; i++) {
        const context = all.slice(Math.max(0, i - order + 1) * unit, i * unit)
        sum -= Math.log(probabilityAt(context, all.slice(i * unit, (i + 1) * unit)))
      }
      return sum / tokens.length
    },
  }
}

/**
 * The share of the n-grams of samples that occur in a corpus.
 *
 * @param samples texts, counted together
 */
export function knownShare(samples: readonly string[], corpus: string, n = 5): number {
  const known = new Set<string>()
  for (const gram of gramsOf(corpus, n)) known.add(gram)
  let [hits, count] = [0, 0]
  for (const sample of samples) {
    for (const gram of gramsOf(sample, n)) {
      count++
      if (known.has(gram)) hits++
    }
  }
  return hits / count
}

/** Stretches of n characters. */
function* gramsOf(text: string, n: number): Generator<string> {
  const characters = Array.from(text)
  for (let i = 0; i + n <= characters.length; i++) yield characters.slice(i, i + n).join('')
}

/** A token's key: two UTF-16 units, so that vocabularies of any size fit. */
const unit = 2

function keyOf(tokens: ArrayLike<number>, from: number, to: number): string {
  const parts: string[] = []
  for (let i = from; i < to; i++) parts.push(String.fromCharCode(tokens[i]! >> 16, tokens[i]! & 0xffff))
  return parts.join('')
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function levelOf(counts: Map<string, number>): Level {
  const contexts = new Map<string, { total: number; types: number }>()
  let [once, twice] = [0, 0]
  for (const [key, count] of counts) {
    const history = key.slice(0, -unit)
    const context = contexts.get(history)
    if (context) {
      context.total += count
      context.types++
    } else contexts.set(history, { total: count, types: 1 })
    if (count === 1) once++
    else if (count === 2) twice++
  }
  // Without n-grams that occur once the discount cannot be estimated.
  return { counts, contexts, discount: once === 0 ? 0.5 : once / (once + 2 * twice) }
}
