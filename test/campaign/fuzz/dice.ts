/** The choices of a fuzzer: numbers that a name and a number decide, so that every input can be made again. */
import { fold, key, words } from '../../../src/engine/random/index.ts'

export interface Dice {
  /** A whole number below `n`. */
  below(n: number): number
  /** True in one of `n` cases. */
  oneIn(n: number): boolean
  pick<T>(items: readonly T[]): T
}

/** The dice of input number `index` of a reader. */
export function diceFor(reader: string, seed: number, index: number): Dice {
  const stream = fold(key(seed), reader, index)
  const block = new Uint32Array(64)
  let used = 0
  const next = (): number => {
    if (used % 64 === 0) words(stream, block, used)
    return block[used++ % 64]!
  }
  const below = (n: number): number => (n <= 1 ? 0 : next() % n)
  return { below, oneIn: (n) => below(n) === 0, pick: (items) => items[below(items.length)]! }
}
