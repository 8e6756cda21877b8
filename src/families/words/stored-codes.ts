/** The vectors of captions by text encoders that do not learn, kept beside the encoders so that they are worked out once. */
import type { Words } from '../../compiled/words.ts'
import { contextSpec } from '../../engine/nn/text-context.ts'
import { readSafetensors, toFloat32, writeSafetensors } from '../../files/io/safetensors.ts'
import { joinFloats } from '../../join-bytes.ts'
import { digest } from '../../tools/eval/digest.ts'
import { cached, type Codec } from '../../tools/eval/store.ts'
import type { PrepareSetting } from '../family.ts'
import { captionCodes, type CaptionCodes } from './caption-codes.ts'
import { type FrozenWords, tokenizerSum, wordsSum } from './words-data.ts'

/** The most numbers that are kept in memory: two gigabytes. */
const mostNumbers = 5e8
/** The most that are kept on a disk: half a gigabyte. More are worked out again by the next run. */
const mostStored = 1.25e8

/**
 * The vectors of all captions and of the empty text, from the store where they are of these texts and these encoders, or else worked out
 * and stored; undefined where they would be too many: then the encoders are a part of the graph of training.
 */
export async function storedCodes(
  captions: readonly (readonly string[])[],
  { words, path }: FrozenWords,
  setting: PrepareSetting,
): Promise<CaptionCodes | undefined> {
  const texts = [...new Set(['', ...captions.flat()])]
  const { length, size, nothing = false } = contextSpec(words.encoders.map(({ encoder }) => encoder))
  const shape = [texts.length, length, size + Number(nothing)]
  const numbers = shape.reduce((a, b) => a * b, 1)
  if (numbers > mostNumbers) return undefined
  const made = (): Promise<CaptionCodes> => captionCodes(texts, words, setting)
  const store = path === undefined ? undefined : setting.store?.(path)
  if (store === undefined || numbers > mostStored) return made()
  const name = `captions/${await digest(JSON.stringify(texts), ...identity(words))}.safetensors`
  return cached(store, name, codecOf(texts, shape), made)
}

/** What decides the vectors of a text. */
function identity(words: Words): readonly string[] {
  return [
    wordsSum(words),
    ...words.encoders.map(({ encoder, tokenizer, skip, finalNorm = true }) =>
      JSON.stringify([encoder.className, encoder.config, tokenizerSum(tokenizer), tokenizer.length, skip, finalNorm]),
    ),
  ]
}

function codecOf(texts: readonly string[], shape: readonly number[]): Codec<CaptionCodes> {
  return {
    encode(codes) {
      const all = texts.map((text) => codes.get(text)!)
      const pooled = all.flatMap((each) => each.pooled ?? [])
      return writeSafetensors({
        context: { shape, data: joinFloats(all.map(({ context }) => context)) },
        ...(pooled.length > 0 && { pooled: { shape: [all.length, pooled[0]!.length], data: joinFloats(pooled) } }),
      })
    },
    async decode(bytes) {
      const { tensors } = readSafetensors(bytes, 'the stored captions')
      const [context, pooled] = [tensors.get('context'), tensors.get('pooled')]
      if (context?.shape.join() !== shape.join()) return undefined
      const rows = (data: Float32Array) => {
        const size = data.length / texts.length
        return texts.map((_, i) => data.slice(i * size, (i + 1) * size))
      }
      const [first, second] = [rows(toFloat32(context)), pooled && rows(toFloat32(pooled))]
      return new Map(texts.map((text, i) => [text, { context: first[i]!, ...(second && { pooled: second[i]! }) }]))
    },
  }
}
