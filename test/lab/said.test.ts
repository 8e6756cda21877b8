/** Errors as the page says them. */
import { describe, expect, it } from 'vitest'
import { TweedieError } from '../../src/errors.ts'
import { numberText } from '../../src/lab/draw/ticks.ts'
import { saidOf, sentence } from '../../src/lab/said.ts'

describe('an error', () => {
  it.each([
    [new TweedieError('data', 'a.png: no picture', { hint: 'save it as PNG' }), 'a.png: no picture. Save it as PNG.'],
    [new TweedieError('data', 'nothing there'), 'nothing there.'],
    [new Error('Is it there?'), 'Is it there?'],
    ['gone', 'gone.'],
    [undefined, 'undefined.'],
  ])('is said with what to do: %s', (error, said) => {
    expect(saidOf(error)).toBe(said)
  })
})

it.each([
  ['the tab slept', 'The tab slept.'],
  ['a.png: no picture', 'a.png: no picture.'],
  ['steps = 3 is less', 'steps = 3 is less.'],
])('a remark is a sentence: %s', (text, said) => expect(sentence(text)).toBe(said))

it('numbers that are rounding errors are 0', () => {
  expect([2.2e-16, -1e-18, 5.03e-9].map(numberText)).toEqual(['0', '0', '5.03·10⁻⁹'])
})
