/** The vectors that text encoders which do not learn make of captions, worked out once. */
import { compiledTextEncoder } from '../../compiled/text-encoder.ts'
import type { WordEncoder, Words } from '../../compiled/words.ts'
import { contextSpec, textSize } from '../../engine/nn/text-context.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { captionTokens } from '../../files/text/caption-tokenizer.ts'
import type { PrepareSetting } from '../family.ts'
import { sessionOf } from '../session-of.ts'

/** A text as the conditions of a network. */
export interface CaptionCode {
  /** `[length, size]`, with a flag behind each vector where the encoders say what is there: those of all encoders, side by side. */
  readonly context: Float32Array
  /** The last encoder's vector of the whole text, if it has one. */
  readonly pooled?: Float32Array | undefined
}

/** Texts by what they say. */
export type CaptionCodes = ReadonlyMap<string, CaptionCode>

/** Texts that go through an encoder at a time. */
const batch = 8

/** The vectors of texts, each another one. */
export async function captionCodes(
  texts: readonly string[],
  { encoders }: Words,
  setting: PrepareSetting,
): Promise<CaptionCodes> {
  const { length, size, nothing = false } = contextSpec(encoders.map(({ encoder }) => encoder))
  const width = size + Number(nothing)
  const made = texts.map(() => new Float32Array(length * width))
  let pooled: readonly Float32Array[] | undefined
  let from = 0
  for (const [i, each] of encoders.entries()) {
    const { encoder } = each
    const own = textSize(encoder)
    pooled = await read(texts, each, setting, [i, encoders.length], (text, hidden) => {
      const out = made[text]!
      for (let place = 0; place < length; place++) {
        const vector = hidden.subarray(place * encoder.width, (place + 1) * encoder.width)
        out.set(vector.subarray(0, own), place * width + from)
        if (nothing) out[place * width + size] = Math.max(out[place * width + size]!, encoder.masked ? vector[own]! : 1)
      }
    })
    from += own
  }
  return new Map(texts.map((text, i) => [text, { context: made[i]!, ...(pooled && { pooled: pooled[i]! }) }]))
}

/** Reads all texts by one encoder, and gives the vectors of whole texts, if it has them. */
async function read(
  texts: readonly string[],
  encoder: WordEncoder,
  { signal, onProgress, ...setting }: PrepareSetting,
  [number, all]: readonly [number: number, all: number],
  put: (text: number, hidden: Float32Array) => void,
): Promise<readonly Float32Array[] | undefined> {
  const { skip, finalNorm, tokenizer } = encoder
  const { length } = encoder.encoder
  using compiled = compiledTextEncoder(encoder, setting.engine, { ...sessionOf(setting), batch, skip, finalNorm })
  const whole: Float32Array[] = []
  const tokens = new Int32Array(batch * length)
  for (let first = 0; first < texts.length; first += batch) {
    throwIfAborted(signal)
    const some = texts.slice(first, first + batch)
    some.forEach((text, i) => tokens.set(captionTokens(tokenizer, tokenizer.pieces(text)).tokens, i * length))
    const { hidden, pooled } = await compiled.encode(tokens.subarray(0, some.length * length), signal)
    const each = (of: Float32Array, i: number): Float32Array => {
      const size = of.length / some.length
      return of.subarray(i * size, (i + 1) * size)
    }
    some.forEach((_, i) => {
      put(first + i, each(hidden, i))
      if (pooled) whole.push(each(pooled, i).slice())
    })
    const done = number * texts.length + first + some.length
    onProgress?.({ phase: 'reading captions', done, total: all * texts.length, unit: 'captions' })
  }
  return whole.length > 0 ? whole : undefined
}
