/** The vectors that a text encoder which does not learn makes of captions, worked out once. */
import { compiledTextEncoder } from '../../compiled/text-encoder.ts'
import type { WordEncoder } from '../../compiled/words.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { captionTokens } from '../../files/text/caption-tokenizer.ts'
import type { PrepareSetting } from '../family.ts'
import { sessionOf } from '../session-of.ts'

/** Vectors of texts, `[length · width]` each. */
export type CaptionCodes = ReadonlyMap<string, Float32Array>

/** The most numbers that are kept: two gigabytes. */
const mostNumbers = 5e8
/** Texts that go through the encoder at a time. */
const batch = 8

/**
 * The vectors of all captions and of the empty text; undefined where they would be too many: then the encoder is a part of the graph of
 * training.
 */
export async function captionCodes(
  captions: readonly (readonly string[])[],
  encoder: WordEncoder,
  setting: PrepareSetting,
): Promise<CaptionCodes | undefined> {
  const texts = [...new Set(['', ...captions.flat()])]
  const { length, width } = encoder.encoder
  const size = length * width
  if (texts.length * size > mostNumbers) return undefined
  const { engine, signal, onProgress } = setting
  const { skip, finalNorm, tokenizer } = encoder
  using compiled = compiledTextEncoder(encoder, engine, { ...sessionOf(setting), batch, skip, finalNorm })
  const codes = new Map<string, Float32Array>()
  const tokens = new Int32Array(batch * length)
  for (let first = 0; first < texts.length; first += batch) {
    throwIfAborted(signal)
    const some = texts.slice(first, first + batch)
    some.forEach((text, i) => tokens.set(captionTokens(tokenizer, tokenizer.pieces(text)).tokens, i * length))
    const { hidden } = await compiled.encode(tokens.subarray(0, some.length * length), signal)
    some.forEach((text, i) => codes.set(text, hidden.slice(i * size, (i + 1) * size)))
    onProgress?.({ phase: 'reading captions', done: codes.size, total: texts.length, unit: 'captions' })
  }
  return codes
}
