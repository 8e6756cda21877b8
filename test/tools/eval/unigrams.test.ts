/** The divergence of characters, by hand. */
import { expect, test } from 'vitest'
import { unigramDivergence } from '../../../src/tools/eval/unigrams.ts'

test('0 for the same shares, 1 for nothing in common, and in between by the formula', () => {
  expect(unigramDivergence(['ab', 'ba'], 'aabb')).toBe(0)
  expect(unigramDivergence(['aa'], 'bb')).toBe(1)
  // p = (1, 0), q = (½, ½), m = (¾, ¼)
  const bits = (Math.log2(4 / 3) + 0.5 * Math.log2(2 / 3) + 0.5 * Math.log2(2)) / 2
  expect(unigramDivergence(['a'], 'ab')).toBeCloseTo(bits, 12)
  expect(unigramDivergence(['ab'], 'a')).toBeCloseTo(bits, 12)
  // a character of two UTF-16 units is one
  expect(unigramDivergence(['😀'], '😀')).toBe(0)
})
