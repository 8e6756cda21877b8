import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteTokenizer, characterTokenizer, parseInfill } from '../../../src/files/text/index.ts'

const tokenizer = characterTokenizer('To be, or not to be: that is the question [MASK]\\')

/** Given text in its place, a dot for a gap. */
function shown(template: string, length?: number): string {
  const { tokens, fixed } = parseInfill(template, tokenizer, length)
  return Array.from(tokens, (token, i) => (fixed[i] === 1 ? tokenizer.token(token) : token === -1 ? '.' : '?')).join('')
}

describe('templates', () => {
  it('have gaps of one, of several, and of as many as fill up the length', () => {
    expect(shown('To [MASK]e')).toBe('To .e')
    expect(shown('To be, [MASK:4]question')).toBe('To be, ....question')
    expect(shown('To be, [MASK…] question', 20)).toBe('To be, .... question')
    expect(shown('[MASK...]question', 12)).toBe('....question')
    expect(shown('To[MASK…][MASK][MASK:2]', 8)).toBe('To......')
    expect(shown('[MASK:3]')).toBe('...')
  })

  it('fill exactly the length, every given character in its place from either end', () => {
    const words = fc.string({ unit: fc.constantFrom('t', 'o', ' ', 'b'), maxLength: 6 })
    fc.assert(
      fc.property(words, words, fc.integer({ min: 1, max: 9 }), (front, back, gap) => {
        const length = front.length + back.length + gap
        const open = shown(`${front}[MASK…]${back}`, length)
        expect(open).toBe(front + '.'.repeat(gap) + back)
        expect(shown(`${front}[MASK:${gap}]${back}`)).toBe(open)
      }),
    )
  })

  it('take a mask behind a backslash for text', () => {
    expect(shown('\\[MASK] [MASK]')).toBe('[MASK] .')
  })

  it('count tokens, not characters', () => {
    expect([...parseInfill('é[MASK]', byteTokenizer()).fixed]).toEqual([1, 1, 0])
  })
})

describe('a mask in the wrong place', () => {
  it.each([
    ['To be', 10, 'the template has no mask'],
    ['[MASK…] be [MASK…]', 20, '2 open-ended masks: one at most'],
    ['To [MASK…]', undefined, 'an open-ended mask needs a length'],
    ['To be[MASK…]', 5, 'the template has 6 tokens or more, the length is 5'],
    ['To be[MASK:3]', 5, 'the template has 8 tokens or more, the length is 5'],
    ['To be[MASK]', 9, 'the template has 6 tokens, the length is 9'],
    ['To [MASK:0]', 9, '"[MASK:0]" at place 4 is no mask'],
    ['To [MASK:x]', 9, '"[MASK:x]" at place 4 is no mask'],
    ['To [MASKED]', 9, '"[MASKED]" at place 4 is no mask'],
    ['To [MASK', 9, '"[MASK" at place 4 is no mask'],
    ['To [MASK]', 0, 'length 0'],
    ['[MASK:999999999]', undefined, 'the template has 999999999 tokens'],
    [`[MASK:${'9'.repeat(400)}]`, undefined, 'the template has Infinity tokens'],
    ['To [MASK…]', 2e9, 'the template has 2000000000 tokens'],
  ])('%j in %j tokens', (template, length, message) => {
    expect(() => parseInfill(template, tokenizer, length)).toThrow(message)
  })

  it('is no excuse for text outside the vocabulary', () => {
    expect(() => parseInfill('Zounds [MASK]', tokenizer)).toThrow('"Z" (U+005A) at line 1, column 1')
  })
})
