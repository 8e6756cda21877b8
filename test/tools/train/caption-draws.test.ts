/** Captions drawn for a step: a pure function of key, step and item; frequencies; keywords. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { key } from '../../../src/engine/random/index.ts'
import { wordCaptionTokenizer } from '../../../src/files/text/index.ts'
import { captionDrawer, drawText } from '../../../src/tools/train/caption-draws.ts'

const captions = [['a red circle', 'red, circle'], ['a star'], []]
const tokenizer = wordCaptionTokenizer(['a', 'red', 'circle', 'star', ','], 6)
const run = key(7)

describe('captions of a batch', () => {
  const draw = captionDrawer(captions, tokenizer)

  test('tokens of one of the texts; an item without one has the empty text', () => {
    const { tokens, used } = draw({ key: run, step: 3, indices: [1, 2] })
    expect(tokens).toEqual(Int32Array.of(1, 3, 6, 2, 0, 0, 1, 2, 0, 0, 0, 0))
    expect(used).toEqual(Int32Array.of(4, 2))
  })

  test('an item has the same caption wherever it stands in a batch', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat({ max: 2 }), { minLength: 1, maxLength: 9 }), (step, indices) => {
        const { tokens } = draw({ key: run, step, indices })
        indices.forEach((item, j) => {
          const alone = draw({ key: run, step, indices: [item] }).tokens
          expect(tokens.slice(j * 6, j * 6 + 6)).toEqual(alone)
        })
      }),
    )
  })

  test('every text is as likely, and dropout is as often as asked', () => {
    const dropping = captionDrawer(captions, tokenizer, { captionDropout: 0.25 })
    const counts = new Map<string, number>()
    for (let step = 0; step < 4000; step++) {
      const text = dropping({ key: run, step, indices: [0] }).tokens.join(' ')
      counts.set(text, (counts.get(text) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual(['1 2 0 0 0 0', '1 3 4 5 2 0', '1 4 7 5 2 0'])
    // Five standard deviations of 4000 draws.
    expect(Math.abs(counts.get('1 2 0 0 0 0')! - 1000)).toBeLessThan(137)
    expect(Math.abs(counts.get('1 3 4 5 2 0')! - 1500)).toBeLessThan(154)
  })
})

describe('keywords', () => {
  const text = ['one, two,three , ,four']
  const words = ['one', 'two', 'three', 'four']

  test('nothing is changed unless asked', () => expect(drawText(text, run, {})).toBe(text[0]))

  test('the first are kept in their places, the others are shuffled', () => {
    const seen = new Set<string>()
    for (let i = 0; i < 200; i++) seen.add(drawText(text, key(i), { keywordShuffle: true, keepKeywords: 1 }))
    expect(seen.size).toBe(6)
    for (const each of seen) {
      expect(each.startsWith('one, ')).toBe(true)
      expect(each.split(', ').sort()).toEqual([...words].sort())
    }
  })

  test('each is dropped as often as asked, and the rest keep their order', () => {
    const left = Array.from({ length: 2000 }, (_, i) =>
      drawText(text, key(i), { keywordDropout: 0.3, keepKeywords: 1 }),
    )
    const count = left.filter((each) => each.includes('three')).length
    expect(Math.abs(count - 1400)).toBeLessThan(103)
    expect(left).toContain('one, two, four')
    expect(left).toContain('one')
    expect(drawText(text, run, { keywordDropout: 1 })).toBe('')
  })

  test('options out of range are refused', () => {
    expect(() => captionDrawer(captions, tokenizer, { captionDropout: 1.5 })).toThrow(/`captionDropout: 1.5`/)
    expect(() => captionDrawer(captions, tokenizer, { keepKeywords: -1 })).toThrow(/`keepKeywords: -1`/)
  })
})
