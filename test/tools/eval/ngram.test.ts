/** The n-gram baseline: probabilities, by hand on a tiny text and as properties. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { knownShare, ngramModel } from '../../../src/tools/eval/ngram.ts'

describe('an n-gram model', () => {
  test('probabilities sum to one after any context', () => {
    const texts = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 6, maxLength: 60 })
    const contexts = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 })
    fc.assert(
      fc.property(texts, contexts, fc.integer({ min: 1, max: 5 }), (text, context, order) => {
        const model = ngramModel(text, 5, order)
        const all = [0, 1, 2, 3, 4].map((token) => model.probability(context, token))
        expect(all.every((p) => p >= 0)).toBe(true)
        expect(all.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
      }),
    )
  })

  test('the formula by hand: a b a c, bigrams', () => {
    const model = ngramModel([0, 1, 0, 2], 3, 2)
    // Bigrams ab, ba, ac, once each: D = 1. Unigrams are counted by what is in front: b 1, a 1, c 1, so D = 1 too.
    const unigram = (1 - 1) / 3 + ((1 * 3) / 3) * (1 / 3)
    expect(model.probability([0], 1)).toBeCloseTo((1 - 1) / 2 + ((1 * 2) / 2) * unigram, 12)
    const counted = ngramModel([0, 1, 0, 1, 0, 2], 3, 2)
    // ab 2, ba 2, ac 1: D = 1 / (1 + 2 · 2) = 0.2; before a, b and c stands one token each: D = 1.
    expect(counted.probability([0], 1)).toBeCloseTo((2 - 0.2) / 3 + ((0.2 * 2) / 3) * (1 / 3), 12)
    expect(counted.probability([0], 0)).toBeCloseTo(((0.2 * 2) / 3) * (1 / 3), 12)
  })

  test('a text that repeats costs next to nothing, a random one its entropy', () => {
    const repeated = Array.from({ length: 4000 }, (_, i) => i % 4)
    expect(ngramModel(repeated, 4).natsPerToken(repeated.slice(0, 400))).toBeLessThan(0.05)
    let state = 1
    const random = Array.from({ length: 20_000 }, () => ((state = (state * 48_271) % 2_147_483_647) >> 8) % 4)
    const nats = ngramModel(random.slice(0, 18_000), 4, 3).natsPerToken(random.slice(18_000))
    expect(nats).toBeGreaterThan(Math.log(4) - 0.01)
    expect(nats).toBeLessThan(Math.log(4) + 0.05)
  })

  test('tokens beyond 16 bits are told apart', () => {
    const model = ngramModel([70_000, 4464, 70_000, 4464, 70_000], 100_000, 2)
    expect(model.probability([70_000], 4464)).toBeGreaterThan(0.2)
    expect(model.probability([70_000], 70_000)).toBeLessThan(0.2)
  })

  test('too little text, or an order that is none', () => {
    expect(() => ngramModel([1, 2], 3, 5)).toThrow(/2 tokens/)
    expect(() => ngramModel([1, 2], 3, 0)).toThrow(/order 0/)
  })
})

test('the share of known n-grams', () => {
  expect(knownShare(['abcde'], 'xxabcdexx', 5)).toBe(1)
  expect(knownShare(['abcdef'], 'xxabcdexx', 5)).toBe(0.5)
  expect(knownShare(['héllo', 'zzzzz'], 'héllo', 5)).toBe(0.5)
})
