/** What a request says in words, as conditions of a network. Texts are encoded once for each request, and not in every step. */
import type { PromptEncoder } from '../../compiled/prompts/prompt-encoder.ts'
import { promptConditions } from '../../compiled/prompts/text-condition.ts'
import type { Words } from '../../compiled/words.ts'
import type { Conditions } from '../../diffusion/denoise/conditions.ts'
import type { Network } from '../../engine/nn/network.ts'
import { TweedieError } from '../../errors.ts'

/** Texts of a request. */
export interface Texts {
  /** What items show: texts, taken in turn. An empty text, or none, asks for nothing. */
  readonly prompts?: readonly string[] | undefined
  /** Another text: items walk from the first prompt to this one, in equal steps. */
  readonly towardsPrompt?: string | undefined
  /** What they do not show: guidance leads away from it, instead of from nothing. */
  readonly negative?: string | undefined
}

/** A model that may know words. */
export interface Worded {
  readonly network: Pick<Network, 'conditions'>
  readonly words?: Words | undefined
}

/** Conditions by words. */
export interface Told {
  /** Those of some items of `total`. */
  at(first: number, count: number, total: number): Conditions
  /** Those that guidance leads away from, of one item. */
  readonly away: Conditions
}

/** The source of compiled text encoders. */
export type EncoderSource = (words: Words) => Promise<PromptEncoder>

/** How texts are read, and where remarks about them go. */
export interface TellOptions {
  readonly signal?: AbortSignal | undefined
  /** Receives a sentence for what is cut, or not among the words. */
  readonly onRemark?: ((text: string) => void) | undefined
}

/**
 * The conditions that texts make; undefined for a model without words. `(words:1.3)` weighs words, and what is longer than the encoder
 * takes is cut, or follows in chunks where the network takes any number of places.
 *
 * @throws TweedieError `usage` for texts where the model knows no words, or brackets that do not match; `data` for words that its
 * vocabulary does not have
 */
export async function told(
  model: Worded,
  texts: Texts,
  source: EncoderSource,
  { signal, onRemark }: TellOptions = {},
): Promise<Told | undefined> {
  const { prompts = [''], towardsPrompt } = texts
  const { words } = model
  if (!words) {
    requireSilent(texts)
    return undefined
  }
  if (prompts.length === 0) throw new TweedieError('usage', '`prompt`: there is none')
  const negative = texts.negative ?? (words.emptyIsNothing ? null : '')
  const all = [...new Set([...prompts, ...(towardsPrompt === undefined ? [] : [towardsPrompt]), negative])]
  const encoder = await source(words)
  const { prompts: codes, notes } = await encoder.encode(all, { signal })
  for (const note of notes) onRemark?.(note)
  const conditions = codes.map((code) => promptConditions(model.network.conditions, [code], 1))
  const of = (text: string | null): Conditions => conditions[all.indexOf(text)]!
  return {
    away: of(negative),
    at(first, count, total) {
      const items = Array.from({ length: count }, (_, i) => {
        const at = first + i
        const code = of(prompts[at % prompts.length]!)
        if (towardsPrompt === undefined) return code
        return between(code, of(towardsPrompt), total > 1 ? at / (total - 1) : 0)
      })
      return joined(items)
    },
  }
}

function between(a: Conditions, b: Conditions, share: number): Conditions {
  return Object.fromEntries(
    Object.entries(a).map(([name, from]) => {
      const to = b[name]!
      return [name, Float32Array.from(from, (value, i) => (1 - share) * value + share * to[i]!)]
    }),
  )
}

function joined(items: readonly Conditions[]): Conditions {
  return Object.fromEntries(
    Object.entries(items[0]!).map(([name, { length }]) => {
      const out = new Float32Array(items.length * length)
      items.forEach((item, i) => out.set(item[name]!, i * length))
      return [name, out]
    }),
  )
}

function requireSilent({ prompts, towardsPrompt, negative }: Texts): void {
  const [name] =
    Object.entries({ prompt: prompts, towardsPrompt, negative }).find(([, text]) => text !== undefined) ?? []
  if (name === undefined) return
  throw new TweedieError('usage', `\`${name}\`: the model knows no words`, {
    hint: 'train one that does: `train DATA --captions`',
  })
}
