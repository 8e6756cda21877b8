/**
 * Keys: the names of random streams. A seed makes a key, and folding data into a key makes another one, independent of
 * it: seed → stream → sample → step. The numbers of a key depend on nothing else, neither on order nor on batch size.
 */
import { TweedieError } from '../../errors.ts'
import { domain, threefry } from './threefry.ts'

/** The name of a random stream: two unsigned 32-bit words, frozen. */
export type Key = readonly [number, number]

/**
 * The key of a seed.
 *
 * @param seed a safe integer, a bigint of at most 64 bits (equal values give equal keys), or any text
 * @throws TweedieError `usage` for a fraction, an unsafe integer, or more than 64 bits
 * @example
 * ```ts
 * const noise = fold(key(42), 'noise')
 * const x = normal(fold(noise, sampleIndex), new Float32Array(784))
 * ```
 */
export function key(seed: number | bigint | string): Key {
  if (typeof seed === 'string') return fold(freeze(0, 0), seed)
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new TweedieError('usage', `seed ${seed}: must be an integer between -(2^53 - 1) and 2^53 - 1`, {
      hint: 'use a bigint for larger seeds, or any text',
    })
  }
  const value = BigInt(seed)
  if (value < -(1n << 63n) || value >= 1n << 64n) {
    throw new TweedieError('usage', `seed ${value}: must fit in 64 bits`, { hint: 'text seeds may have any length' })
  }
  const bits = BigInt.asUintN(64, value)
  return freeze(Number(bits >> 32n), Number(bits & 0xffff_ffffn))
}

/**
 * Derives a key by folding data into it, one piece after another: `fold(k, a, b)` is `fold(fold(k, a), b)`.
 * Different data give independent keys; the number 1 and the text '1' differ.
 *
 * @param data safe integers or texts, such as a stream's name, a sample's index, a step
 * @throws TweedieError `usage` for a number that is no safe integer
 */
export function fold(key: Key, ...data: (number | string)[]): Key {
  let [k0, k1] = key
  for (const item of data) [k0, k1] = typeof item === 'string' ? foldText(k0, k1, item) : foldInteger(k0, k1, item)
  return freeze(k0, k1)
}

/** One block: the magnitude's 53 bits, a bit for the sign, and the domain. */
function foldInteger(k0: number, k1: number, value: number): [number, number] {
  if (!Number.isSafeInteger(value)) {
    throw new TweedieError('usage', `cannot fold ${value} into a key: only safe integers and texts can be folded`)
  }
  const magnitude = Math.abs(value)
  const high = Math.floor(magnitude / 0x1_0000_0000) | (value < 0 ? 0x0100_0000 : 0)
  return threefry(k0, k1, magnitude >>> 0, domain.fold | high)
}

/** A chain of blocks: the length first (so that no text is another's prefix), then two UTF-16 code units at a time. */
function foldText(k0: number, k1: number, text: string): [number, number] {
  let state = threefry(k0, k1, text.length, domain.text)
  for (let i = 0; i < text.length; i += 2) {
    const second = i + 1 < text.length ? text.charCodeAt(i + 1) : 0
    state = threefry(state[0], state[1], text.charCodeAt(i) | (second << 16), domain.text | 1)
  }
  return state
}

function freeze(k0: number, k1: number): Key {
  return Object.freeze([k0 >>> 0, k1 >>> 0] as const)
}
