/**
 * Requirements on tokens: which tokens are allowed at some places. A word at a place, a class of characters at several
 * places, and a text of a fixed length are all of this kind.
 */
import { TweedieError } from '../../errors.ts'
import { add, logSumExp, sub, sum, type Tensor } from '../../engine/graph/index.ts'

/** At a place, the tokens that are allowed. */
export interface TokenRequirement {
  /** From 0. */
  readonly place: number
  readonly allowed: readonly number[]
}

/** These tokens, one after another, from a place on. */
export function requireTokens(tokens: ArrayLike<number>, place: number): TokenRequirement[] {
  return Array.from(tokens, (token, i) => ({ place: place + i, allowed: [token] }))
}

/** One of some tokens at each of some places: digits, capitals, the words of a list. */
export function requireAmong(allowed: readonly number[], places: readonly number[]): TokenRequirement[] {
  return places.map((place) => ({ place, allowed }))
}

/** A text of a length: the padding from there on, and nowhere before. */
export function requireLength(
  length: number,
  { places, padding, tokens }: { readonly places: number; readonly padding: number; readonly tokens: number },
): TokenRequirement[] {
  const others = Array.from({ length: tokens }, (_, token) => token).filter((token) => token !== padding)
  return Array.from({ length: places }, (_, place) => ({ place, allowed: place < length ? others : [padding] }))
}

/** 1 where a token is allowed, 0 where not, `[L, K]`; several requirements for a place must all hold. */
export type AllowedTokens = Float32Array

/**
 * All requirements together.
 *
 * @throws TweedieError `usage` for a place or token that does not exist, or a place where nothing is allowed
 */
export function allowedTokens(
  requirements: readonly TokenRequirement[],
  places: number,
  tokens: number,
): AllowedTokens {
  const out = new Float32Array(places * tokens).fill(1)
  for (const { place, allowed } of requirements) {
    if (!(Number.isInteger(place) && place >= 0 && place < places)) {
      throw new TweedieError('usage', `place ${place} of a required word: places are 0 … ${places - 1}`)
    }
    const wrong = allowed.find((token) => !(Number.isInteger(token) && token >= 0 && token < tokens))
    if (wrong !== undefined) {
      throw new TweedieError('usage', `token ${wrong} is required at ${place}: tokens are 0 … ${tokens - 1}`)
    }
    const kept = new Set(allowed)
    const row = out.subarray(place * tokens, (place + 1) * tokens)
    for (let k = 0; k < tokens; k++) if (!kept.has(k)) row[k] = 0
    if (!row.includes(1))
      throw new TweedieError('usage', `at place ${place} no token is allowed`, { hint: contradiction })
  }
  return out
}

const contradiction = 'two requirements contradict each other there'

/** Whether each item, `[n, L]`, meets the requirements. */
export function meets(allowed: AllowedTokens, tokens: Int32Array, places: number): boolean[] {
  const categories = allowed.length / places
  return Array.from({ length: tokens.length / places }, (_, item) =>
    tokens
      .subarray(item * places, (item + 1) * places)
      .every((token, place) => allowed[place * categories + token] === 1),
  )
}

/**
 * Σ over places of log Σ_{w allowed} p(w | x), as a graph: the log-probability that the requirements hold, with places
 * taken as independent.
 *
 * @param logits `[N, L, K]`, not normalised
 * @param barred `[L, K]`: 0 where a token is allowed, {@link barrier} where not
 * @returns `[N]`
 */
export function logAllowed(logits: Tensor, barred: Tensor): Tensor {
  return sum(sub(logSumExp(add(logits, barred), -1), logSumExp(logits, -1)), 1)
}

/** What is added to the logit of a token that is not allowed. */
export const barrier = -1e4
