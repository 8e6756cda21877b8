/** Captions drawn for a training step: one of an item's texts, its keywords shuffled and dropped, as tokens. */
import { fold, type Key, permutation, uniform } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { type CaptionTokenizer, captionTokens } from '../../files/text/caption-tokenizer.ts'

/** How captions are varied while training. */
export interface CaptionOptions {
  /** The probability with which a whole caption becomes empty: what guidance needs. */
  readonly captionDropout?: number | undefined
  /** The probability with which each keyword (what stands between commas) is left out. */
  readonly keywordDropout?: number | undefined
  /** Whether keywords are put into a random order. */
  readonly keywordShuffle?: boolean | undefined
  /** So many keywords in front are neither dropped nor moved; default 0. */
  readonly keepKeywords?: number | undefined
}

/** Which captions. */
export interface CaptionDraw {
  readonly key: Key
  readonly step: number
  /** Items of the batch. */
  readonly indices: ArrayLike<number>
}

/** The tokens of a batch. */
export interface CaptionBatch {
  /** `[N, length]` */
  readonly tokens: Int32Array
  /** `[N]`: places that are not padding. */
  readonly used: Int32Array
}

/** Draws captions as tokens, see {@link captionDrawer}. */
export type CaptionDrawer = (draw: CaptionDraw, out?: Int32Array) => CaptionBatch

/** As many texts are kept as tokens, so that each is cut up once. */
const mostKept = 65_536

/**
 * A function that draws captions of items. It is a pure function of (key, step, item): item i gets one of its texts with equal
 * probability; an item without a text gets the empty one.
 *
 * @param captions texts of each item
 * @throws TweedieError `usage` for options out of range; when drawing, `data` for text that the vocabulary cannot spell
 * @example
 * const draw = captionDrawer(dataset.captions, tokenizer, { captionDropout: 0.1, keywordShuffle: true, keepKeywords: 1 })
 * draw({ key: key(seed), step, indices }).tokens // Int32Array [N · tokenizer.length]
 */
export function captionDrawer(
  captions: readonly (readonly string[])[],
  tokenizer: CaptionTokenizer,
  options: CaptionOptions = {},
): CaptionDrawer {
  checkOptions(options)
  const { length, padding, end } = tokenizer
  const kept = new Map<string, CaptionBatch>()
  const tokensOf = (text: string): CaptionBatch => {
    const found = kept.get(text)
    if (found) return found
    const pieces = tokenizer.pieces(text)
    const { tokens, cut } = captionTokens(tokenizer, pieces)
    const around = Number(tokenizer.start !== undefined) + Number(end !== undefined)
    const made = { tokens, used: Int32Array.of(pieces.length - cut.length + around) }
    if (kept.size >= mostKept) kept.clear()
    kept.set(text, made)
    return made
  }
  return ({ key, step, indices }, out = new Int32Array(indices.length * length).fill(padding)) => {
    const used = new Int32Array(indices.length)
    const stream = fold(key, 'captions', step)
    for (let j = 0; j < indices.length; j++) {
      const item = indices[j]!
      const made = tokensOf(drawText(captions[item] ?? [], fold(stream, item), options))
      out.set(made.tokens, j * length)
      used[j] = made.used[0]!
    }
    return { tokens: out, used }
  }
}

/** One of some texts, by the numbers of a key; empty where there is none, or it is dropped. */
export function drawText(texts: readonly string[], key: Key, options: CaptionOptions): string {
  const { captionDropout = 0, keywordDropout = 0, keywordShuffle = false, keepKeywords = 0 } = options
  if (texts.length === 0) return ''
  const [which, dropped] = uniform(key, new Float64Array(2))
  if (dropped! < captionDropout) return ''
  const text = texts[Math.min(texts.length - 1, Math.floor(which! * texts.length))]!
  if (keywordDropout === 0 && !keywordShuffle) return text
  const keywords = text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  const [fixed, rest] = [keywords.slice(0, keepKeywords), keywords.slice(keepKeywords)]
  const order = keywordShuffle ? permutation(fold(key, 'order'), rest.length) : rest.keys()
  const chances = uniform(fold(key, 'keywords'), new Float64Array(rest.length))
  const left = Array.from(order, (at) => (chances[at]! < keywordDropout ? [] : [rest[at]!])).flat()
  return [...fixed, ...left].join(', ')
}

function checkOptions({ captionDropout = 0, keywordDropout = 0, keepKeywords = 0 }: CaptionOptions): void {
  for (const [name, value] of Object.entries({ captionDropout, keywordDropout })) {
    if (value >= 0 && value <= 1) continue
    throw new TweedieError('usage', `\`${name}: ${value}\` is no probability`, { hint: 'from 0 to 1' })
  }
  if (Number.isInteger(keepKeywords) && keepKeywords >= 0) return
  throw new TweedieError('usage', `\`keepKeywords: ${keepKeywords}\` is no number of keywords`, { hint: '0, 1, 2, …' })
}
