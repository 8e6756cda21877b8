/** What a request says in words, as conditions of a network. Texts are encoded once for each request, and not in every step. */
import type { CompiledTextEncoder } from '../../compiled/text-encoder.ts'
import { contextName, type WordEncoder, type Words } from '../../compiled/words.ts'
import type { Conditions } from '../../diffusion/denoise/conditions.ts'
import type { Network } from '../../engine/nn/network.ts'
import { TweedieError } from '../../errors.ts'
import { captionTokens } from '../../files/text/caption-tokenizer.ts'
import { pooledName, textVectors } from './fit.ts'

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
export type EncoderSource = (encoder: WordEncoder, batch: number) => Promise<CompiledTextEncoder>

/** The most texts that go through an encoder at a time. */
const mostTexts = 8

/**
 * The conditions that texts make; undefined for a model without words.
 *
 * @throws TweedieError `usage` for texts where the model knows no words; `data` for words that its vocabulary does not have
 */
export async function told(
  model: Worded,
  texts: Texts,
  source: EncoderSource,
  signal?: AbortSignal,
): Promise<Told | undefined> {
  const { prompts = [''], towardsPrompt, negative = '' } = texts
  if (!model.words) {
    requireSilent(texts)
    return undefined
  }
  if (prompts.length === 0) throw new TweedieError('usage', '`prompt`: there is none')
  const all = [...new Set([...prompts, ...(towardsPrompt === undefined ? [] : [towardsPrompt]), negative])]
  const codes = await encoded(model, model.words, all, source, signal)
  const of = (text: string): Conditions => codes[all.indexOf(text)]!
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

/** Conditions of each text, by the names of the network's. */
async function encoded(
  { network }: Worded,
  { encoders }: Words,
  texts: readonly string[],
  source: EncoderSource,
  signal: AbortSignal | undefined,
): Promise<readonly Conditions[]> {
  const [encoder] = encoders as readonly [WordEncoder]
  const { tokenizer } = encoder
  const { length, width, pooledWidth = 0 } = encoder.encoder
  const batch = Math.min(mostTexts, texts.length)
  const compiled = await source(encoder, batch)
  const names = textVectors(network)
  const codes: Conditions[] = []
  for (let first = 0; first < texts.length; first += batch) {
    const some = texts.slice(first, first + batch)
    const tokens = new Int32Array(some.length * length)
    some.forEach((text, i) => tokens.set(captionTokens(tokenizer, tokenizer.pieces(text)).tokens, i * length))
    const { hidden, pooled } = await compiled.encode(tokens, signal)
    for (let i = 0; i < some.length; i++) {
      codes.push({
        [contextName]: hidden.slice(i * length * width, (i + 1) * length * width),
        ...(names.includes(pooledName) &&
          pooled && { [pooledName]: pooled.slice(i * pooledWidth, (i + 1) * pooledWidth) }),
      })
    }
  }
  return codes
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
