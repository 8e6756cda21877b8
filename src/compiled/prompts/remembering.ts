/** A compiled text encoder that remembers texts. */
import type { TextEncoder } from '../../engine/nn/text-encoder.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import { compiledTextEncoder, type TextVectors } from '../text-encoder.ts'
import type { WordEncoder } from '../words.ts'
import { type Chunk, chunkOf } from './chunks.ts'

/** The encoder. */
export interface RememberingEncoder {
  readonly encoder: TextEncoder
  readonly tokenizer: CaptionTokenizer
  /** The empty prompt. */
  readonly empty: Chunk
  /** How many texts were encoded. */
  encoded(): number
  /** The vectors of one text, read only. @param tokens `[length]` */
  vectors(tokens: Int32Array, signal?: AbortSignal): Promise<TextVectors>
  /** Frees a large encoder until the next text that it does not remember: the network needs the room. */
  rest(): void
  dispose(): void
}

/** How many texts are remembered. */
const most = 256

/** Makes it; nothing is compiled before the first text. */
export function remembering(
  each: WordEncoder,
  engine: Engine,
  session: Pick<SessionOptions, 'device' | 'threads' | 'profile'>,
): RememberingEncoder {
  const { encoder, tokenizer, skip, finalNorm } = each
  const make = () => compiledTextEncoder(each, engine, { ...session, batch: 1, skip, finalNorm })
  let compiled = make()
  const known = new Map<string, TextVectors>()
  let encoded = 0
  return {
    encoder,
    tokenizer,
    empty: chunkOf(tokenizer, []),
    encoded: () => encoded,
    async vectors(tokens, signal) {
      const text = tokens.join()
      const before = known.get(text)
      if (before !== undefined) return before
      const made = await compiled.encode(tokens, signal)
      encoded++
      if (known.size >= most) known.delete(known.keys().next().value!)
      known.set(text, made)
      return made
    },
    rest() {
      if (!each.stored) return
      compiled.dispose()
      compiled = make()
    },
    dispose: () => compiled.dispose(),
  }
}
