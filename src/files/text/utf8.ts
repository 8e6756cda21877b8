/** UTF-8, read strictly: a broken file is not trained on. */
import { TweedieError } from '../../errors.ts'

/**
 * The text of UTF-8 bytes; a byte-order mark in front is dropped.
 *
 * @param name what the bytes are, for the error
 * @throws TweedieError `data` that says where the first byte lies that is not UTF-8
 */
export function decodeUtf8(bytes: Uint8Array, name = 'text'): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const at = invalidByte(bytes)
    if (at === undefined) throw cause
    const code = bytes[at]!.toString(16).toUpperCase().padStart(2, '0')
    throw new TweedieError('data', `${name} is not UTF-8: byte ${at} is 0x${code}`, {
      hint: 'convert it first: iconv -f latin1 -t utf-8 old.txt > new.txt',
      cause,
    })
  }
}

/** Where the first character begins that is not well-formed UTF-8 (RFC 3629: shortest form, no surrogates, ≤ U+10FFFF). */
export function invalidByte(bytes: Uint8Array): number | undefined {
  for (let at = 0; at < bytes.length;) {
    const length = lengthAt(bytes, at)
    if (length === 0) return at
    at += length
  }
  return undefined
}

/** Bytes of the character that begins here; 0 if none does. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  const length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  const second = bytes[at + 1]!
  const [low, high] = secondByte[lead] ?? [0x80, 0xbf]
  if (second < low || second > high) return 0
  for (let i = 2; i < length; i++) if (bytes[at + i]! >> 6 !== 2) return 0
  return length
}

/** First bytes whose second one has a smaller range. */
const secondByte: Readonly<Record<number, readonly [low: number, high: number]>> = {
  0xe0: [0xa0, 0xbf],
  0xed: [0x80, 0x9f],
  0xf0: [0x90, 0xbf],
  0xf4: [0x80, 0x8f],
}
