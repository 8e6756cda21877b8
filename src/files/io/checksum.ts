/**
 * A checksum of bytes: detects changes by a disk or a transfer, not forgery. Two 32-bit words out of four lanes of
 * multiplications, rotations and additions, in the manner of xxHash (Yann Collet, 2012), but with finishing of its own. About a
 * tenth of a second for 100 MB.
 */

/** Odd, so that multiplying by them loses nothing. */
const [prime1, prime2, prime3] = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d] as const

/**
 * The checksum of some pieces of bytes, one after the other, as 16 hexadecimal digits. One changed byte always changes
 * it, and so does moving the end of a piece.
 *
 * @example
 * checksum(header, data) // '5b9d…'
 */
export function checksum(...pieces: readonly Uint8Array[]): string {
  const lanes = Int32Array.of(prime1, prime2, prime3, prime1 ^ prime3)
  for (const piece of pieces) takeIn(lanes, piece)
  const [a, b, c, d] = [mixed(lanes[0]!), mixed(lanes[1]!), mixed(lanes[2]!), mixed(lanes[3]!)]
  const first = mixed(a + turned(b, 7) + turned(c, 12) + turned(d, 18))
  const second = mixed(Math.imul(a, prime2) + Math.imul(b, prime3) + turned(c, 5) + Math.imul(d, prime1))
  return hex(first) + hex(second)
}

function takeIn(lanes: Int32Array, bytes: Uint8Array): void {
  let [a, b, c, d] = [lanes[0]!, lanes[1]!, lanes[2]!, lanes[3]!]
  const words = wordsOf(bytes)
  const whole = words.length - (words.length % 4)
  for (let i = 0; i < whole; i += 4) {
    a = stirred(a, words[i]!)
    b = stirred(b, words[i + 1]!)
    c = stirred(c, words[i + 2]!)
    d = stirred(d, words[i + 3]!)
  }
  for (let i = whole; i < words.length; i++) a = stirred(a, words[i]!)
  for (let i = words.length * 4; i < bytes.length; i++) b = stirred(b, bytes[i]!)
  c = stirred(c, bytes.length | 0)
  d = stirred(d, Math.floor(bytes.length / 0x1_0000_0000))
  lanes.set([a, b, c, d])
}

/** The whole words of some bytes; a copy only where they are not aligned. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset, length } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Int32Array(buffer, byteOffset, Math.floor(length / 4))
}

/** One-to-one in the lane for each word, and in the word for each lane: no change is lost. */
function stirred(lane: number, word: number): number {
  const sum = (lane + Math.imul(word, prime2)) | 0
  return Math.imul((sum << 13) | (sum >>> 19), prime1)
}

function turned(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

function mixed(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 15), prime2)
  x = Math.imul(x ^ (x >>> 13), prime3)
  return x ^ (x >>> 16)
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0')
