/**
 * Random integers without bias: a word in the incomplete last part of 2³² is drawn again.
 */
import { TweedieError } from '../../errors.ts'
import type { Key } from './key.ts'
import { domain, threefryBlocks } from './threefry.ts'

/**
 * `count` integers, uniform in [low, high). Element i depends on (key, i) only.
 *
 * @throws TweedieError `usage` if the range is empty or leaves the signed 32-bit integers
 */
export function integers(key: Key, count: number, low: number, high: number): Int32Array {
  if (!Number.isInteger(low) || !Number.isInteger(high) || low >= high || low < -0x8000_0000 || high > 0x8000_0000) {
    throw new TweedieError('usage', `integers in [${low}, ${high}): needs integers with -2^31 <= low < high <= 2^31`)
  }
  checkCount(count)
  const out = new Int32Array(count)
  for (let i = 0; i < count; i++) out[i] = low + below(key, i, high - low)
  return out
}

/** The numbers 0 … n − 1 in a random order, every order equally likely (Fisher and Yates). */
export function permutation(key: Key, n: number): Uint32Array {
  checkCount(n)
  const order = new Uint32Array(n)
  for (let i = 0; i < n; i++) {
    const j = below(key, i, i + 1)
    order[i] = order[j]!
    order[j] = i
  }
  return order
}

/** Integer number `index` of the key, uniform in [0, range), range ≤ 2³². */
function below(key: Key, index: number, range: number): number {
  const limit = 0x1_0000_0000 - (0x1_0000_0000 % range)
  for (let attempt = 0; ; attempt++) {
    threefryBlocks(key[0], key[1], index, domain.integer | attempt, 1, pair)
    if (pair[0]! < limit) return pair[0]! % range
    if (pair[1]! < limit) return pair[1]! % range
  }
}

function checkCount(count: number) {
  if (!Number.isInteger(count) || count < 0 || count > 0xffff_ffff) {
    throw new TweedieError('usage', `count ${count}: must be an integer between 0 and 2^32 - 1`)
  }
}

const pair = new Uint32Array(2)
