/** What a request says in words, as conditions of a network. Texts are encoded once for each request, and not in every step. */
import { betweenPrompts } from '../../compiled/prompts/between.ts'
import type { PromptEncoder, PromptOptions } from '../../compiled/prompts/prompt-encoder.ts'
import { promptConditions } from '../../compiled/prompts/text-condition.ts'
import { contextName, type Words } from '../../compiled/words.ts'
import type { Conditions } from '../../diffusion/denoise/conditions.ts'
import type { ConditionSpecs } from '../../engine/nn/condition-spec.ts'
import type { Network } from '../../engine/nn/network.ts'
import { TweedieError } from '../../errors.ts'
import { composedConditions, composedOfTexts, termsOf } from './composed-told.ts'
import { skipping } from './skipping.ts'

/** Texts of a request. `(words:1.3)` in them count more, or less. */
export interface Texts extends Pick<PromptOptions, 'weights' | 'longPrompts'> {
  /** How many more layers of the text encoder are left out from its end; default 0. */
  readonly clipSkip?: number | undefined
  /** What items show: texts, taken in turn. An empty text, or none at all, asks for nothing. `a AND b:0.7` asks for both. */
  readonly prompts?: readonly string[] | undefined
  /** Another text: items walk from the first prompt to this one, in equal steps. */
  readonly towardsPrompt?: string | undefined
  /** What they do not show, a text: guidance leads away from it, instead of from nothing. */
  readonly negativePrompt?: string | undefined
}

/** A model that may know words. */
export interface Worded {
  readonly network: Pick<Network, 'conditions'>
  readonly words?: Words | undefined
}

/** Conditions by words. */
export interface Told {
  /** The places of each text: more than the network's where long prompts are read in chunks. See `withPlaces`. */
  readonly places: number
  /** The most prompts that an item has at once; 1 unless some are joined by AND. */
  readonly terms: number
  /** Those of some items of `total`; where an item has several terms, as `packedTerms` has them. */
  at(first: number, count: number, total: number): Conditions
  /** Those that guidance leads away from, of one item. */
  readonly away: Conditions
  /** What was cut, or is not known, a sentence each. */
  readonly notes: readonly string[]
}

/** The source of the compiled text encoders of a model. */
export type WordsSource = (words: Words) => Promise<PromptEncoder>

/**
 * The conditions that texts make; undefined for a model without words.
 *
 * @throws TweedieError `usage` for texts where the model knows no words; `data` for words that its vocabulary does not have
 */
export async function told(
  model: Worded,
  texts: Texts,
  source: WordsSource,
  signal?: AbortSignal,
): Promise<Told | undefined> {
  const { towardsPrompt, weights, longPrompts, clipSkip } = texts
  if (!model.words) {
    requireSilent(texts)
    return undefined
  }
  const negativePrompt = texts.negativePrompt ?? (model.words.emptyIsNothing ? null : '')
  const parts = composedOfTexts(texts)
  const prompts = parts.flat()
  const encoder = await source(skipping(model.words, clipSkip))
  const last = towardsPrompt === undefined ? [] : [towardsPrompt]
  const { prompts: codes, notes } = await encoder.encode(
    [...prompts.map(({ text }) => text), negativePrompt, ...last],
    {
      ...(weights !== undefined && { weights }),
      longPrompts,
      signal,
    },
  )
  const terms = termsOf(parts)
  let next = 0
  const asked = parts.map((own) => own.map((part) => ({ ...part, code: codes[next++]! })))
  const conditions = forPlaces(model, codes[0]!.length)
  const goal = towardsPrompt === undefined ? undefined : codes.at(-1)
  return {
    places: conditions[contextName]?.kind === 'sequence' ? conditions[contextName].length : 0,
    terms,
    notes,
    away: promptConditions(conditions, [codes[prompts.length]!], 1),
    at(first, count, total) {
      const items = Array.from({ length: count }, (_, i) => {
        const own = asked[(first + i) % asked.length]!
        if (!goal) return own
        const share = total > 1 ? (first + i) / (total - 1) : 0
        return own.map((part) => ({ ...part, code: betweenPrompts(part.code, goal, share) }))
      })
      if (terms > 1) return composedConditions(conditions, items, terms)
      return promptConditions(
        conditions,
        items.map(([only]) => only!.code),
        count,
      )
    },
  }
}

/** The network's conditions, with at least so many places for texts. */
function forPlaces({ network: { conditions } }: Worded, places: number): ConditionSpecs {
  const context = conditions[contextName]
  if (context?.kind !== 'sequence' || context.length >= places) return conditions
  return { ...conditions, [contextName]: { ...context, length: places } }
}

function requireSilent({ prompts, towardsPrompt, negativePrompt }: Texts): void {
  const asked = { prompt: prompts, towardsPrompt, negative: negativePrompt }
  const [name] = Object.entries(asked).find(([, text]) => text !== undefined) ?? []
  if (name === undefined) return
  throw new TweedieError('usage', `\`${name}\`: the model knows no words`, {
    hint: 'train one that does: `train DATA --captions`',
  })
}
