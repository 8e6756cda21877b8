/** Prompts joined by AND: read, and refused. */
import * as fc from 'fast-check'
import { expect, it, test } from 'vitest'
import { composedPrompts } from '../../../src/compiled/prompts/composition.ts'

test.each([
  ['a house', [['a house', 1]]],
  [
    'a house AND a lake',
    [
      ['a house', 1],
      ['a lake', 1],
    ],
  ],
  [
    'a house:1.2 AND  a lake : .7 AND fog:-0.5',
    [
      ['a house', 1.2],
      ['a lake', 0.7],
      ['fog', -0.5],
    ],
  ],
  // brackets hold what is in them together, and their weights are of words
  [
    '(a AND b:1.3) AND [c]',
    [
      ['(a AND b:1.3)', 1],
      ['[c]', 1],
    ],
  ],
  [
    'at 12\\:30 AND b',
    [
      ['at 12\\:30', 1],
      ['b', 1],
    ],
  ],
  [
    '\\(a AND b',
    [
      ['\\(a', 1],
      ['b', 1],
    ],
  ],
  // no such word
  ['SAND ANDES and', [['SAND ANDES and', 1]]],
  ['the name: 0.5', [['the name: 0.5', 1]]],
] as const)('%s', (prompt, expected) => {
  expect(composedPrompts(prompt).map(({ text, weight }) => [text, weight])).toEqual(expected)
})

it('finds what was joined', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}( [a-z]{1,6}){0,2}$/)
  const weight = fc.integer({ min: -100, max: 100 }).map((tenths) => tenths / 10)
  fc.assert(
    fc.property(fc.array(fc.tuple(word, weight), { minLength: 2, maxLength: 5 }), (parts) => {
      const joined = parts.map(([text, each]) => `${text}:${each}`).join(' AND ')
      expect(composedPrompts(joined)).toEqual(parts.map(([text, each]) => ({ text, weight: each })))
    }),
  )
})

test('what makes no sense is refused', () => {
  for (const prompt of ['AND a', 'a AND', 'a AND AND b', 'a AND :2']) {
    expect(() => composedPrompts(prompt)).toThrow(/an AND without a text on both sides/)
  }
  expect(() => composedPrompts('at 12:30 AND rain')).toThrow(/the weight 30: expected −10 to 10/)
})
