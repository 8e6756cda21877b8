/** Bytes of UTF-8 as tokens: 256 of them spell any text. */
import { expectToken } from './errors.ts'
import type { Tokenizer } from './tokenizer.ts'

/**
 * A tokeniser of UTF-8 bytes. Tokens that are not UTF-8, which a model may produce, decode to U+FFFD.
 *
 * @example
 * byteTokenizer().encode('é') // Int32Array [195, 169]
 */
export function byteTokenizer(): Tokenizer {
  return Object.freeze<Tokenizer>({
    kind: 'bytes',
    size: 256,
    encode: (text) => Int32Array.from(new TextEncoder().encode(text)),
    decode(tokens) {
      const bytes = Uint8Array.from(tokens, (token, place) => {
        expectToken(token, 256, place)
        return token
      })
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    },
    token(index) {
      expectToken(index, 256)
      return index >= 0x20 && index < 0x7f ? String.fromCharCode(index) : `0x${index.toString(16).padStart(2, '0')}`
    },
    toJSON: () => ({ kind: 'bytes' }),
  })
}
