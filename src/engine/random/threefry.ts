/**
 * Threefry-2x32 with 20 rounds: a keyed bijection of 64-bit counters whose outputs are random words.
 *
 * A counter-based generator has no state. Word i of a stream is a function of (key, i), so any part of a stream can be
 * made at any time, in any order, by any worker. Only 32-bit additions, rotations and exclusive ors: the same bits in
 * every JavaScript engine.
 *
 * The high word of the counter tells the uses of one key apart (see {@link domain}), so that the keys derived from a key
 * and the integers drawn with it never meet the words of its own stream.
 *
 * Salmon et al., Parallel random numbers: as easy as 1, 2, 3 (SC 2011).
 */

/** The purpose of a block, in the top bits of the counter's high word. A stream's own index stays below 2⁵². */
export const domain = Object.freeze({ stream: 0, integer: 0x4000_0000, fold: 0x8000_0000, text: 0xc000_0000 })

export const parity = 0x1bd1_1bda

/**
 * Encrypts `blocks` counters (low + n, high), n = 0, 1, …, the carry going into the high word, and writes both words of
 * each into `out`, two words a block.
 *
 * @param k0 first word of the key
 * @param k1 second word of the key
 * @param low low word of the first counter
 * @param high high word of the first counter
 * @param out receives 2 · `blocks` words
 */
export function threefryBlocks(k0: number, k1: number, low: number, high: number, blocks: number, out: Uint32Array) {
  const k2 = k0 ^ k1 ^ parity
  let c0 = low | 0
  let c1 = high | 0
  for (let n = 0; n < blocks; n++) {
    let x = (c0 + k0) | 0
    let y = (c1 + k1) | 0
    // prettier-ignore
    {
      x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x
      x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x
      x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x
      x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x
      x = (x + k1) | 0; y = (y + k2 + 1) | 0
      x = (x + y) | 0; y = ((y << 17) | (y >>> 15)) ^ x
      x = (x + y) | 0; y = ((y << 29) | (y >>> 3)) ^ x
      x = (x + y) | 0; y = ((y << 16) | (y >>> 16)) ^ x
      x = (x + y) | 0; y = ((y << 24) | (y >>> 8)) ^ x
      x = (x + k2) | 0; y = (y + k0 + 2) | 0
      x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x
      x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x
      x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x
      x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x
      x = (x + k0) | 0; y = (y + k1 + 3) | 0
      x = (x + y) | 0; y = ((y << 17) | (y >>> 15)) ^ x
      x = (x + y) | 0; y = ((y << 29) | (y >>> 3)) ^ x
      x = (x + y) | 0; y = ((y << 16) | (y >>> 16)) ^ x
      x = (x + y) | 0; y = ((y << 24) | (y >>> 8)) ^ x
      x = (x + k1) | 0; y = (y + k2 + 4) | 0
      x = (x + y) | 0; y = ((y << 13) | (y >>> 19)) ^ x
      x = (x + y) | 0; y = ((y << 15) | (y >>> 17)) ^ x
      x = (x + y) | 0; y = ((y << 26) | (y >>> 6)) ^ x
      x = (x + y) | 0; y = ((y << 6) | (y >>> 26)) ^ x
    }
    out[2 * n] = x + k2
    out[2 * n + 1] = y + k0 + 5
    c0 = (c0 + 1) | 0
    if (c0 === 0) c1 = (c1 + 1) | 0
  }
}

/** Encrypts one counter: [low, high] → two words. */
export function threefry(k0: number, k1: number, low: number, high: number): [number, number] {
  threefryBlocks(k0, k1, low, high, 1, block)
  return [block[0]!, block[1]!]
}

const block = new Uint32Array(2)
