/** The grammar of prompts: weights, brackets, what is refused. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePrompt } from '../../../src/compiled/prompts/grammar.ts'

const shown = (prompt: string) => parsePrompt(prompt).map(({ text, weight }) => [text, Number(weight.toFixed(6))])

test.each([
  ['', []],
  ['a red circle', [['a red circle', 1]]],
  [
    'a (red:1.3) circle',
    [
      ['a ', 1],
      ['red', 1.3],
      [' circle', 1],
    ],
  ],
  [
    'a (red : .5 ) circle',
    [
      ['a ', 1],
      ['red ', 0.5],
      [' circle', 1],
    ],
  ],
  [
    '(red) [blue]',
    [
      ['red', 1.1],
      [' ', 1],
      ['blue', 0.909091],
    ],
  ],
  [
    '((red)) ((blue):2)',
    [
      ['red', 1.21],
      [' ', 1],
      ['blue', 2.2],
    ],
  ],
  [
    '(a (red:2) circle:1.5)',
    [
      ['a ', 1.5],
      ['red', 3],
      [' circle', 1.5],
    ],
  ],
  ['([red])', [['red', 1]]],
  ['(red:1) circle', [['red circle', 1]]],
  ['(red:0)', [['red', 0]]],
  ['time: 12:30, a:b', [['time: 12:30, a:b', 1]]],
  ['(at 12\\:30)', [['at 12:30', 1.1]]],
  ['a smile \\:\\) \\(red\\) \\[x\\] \\\\ \\n', [['a smile :) (red) [x] \\ \\n', 1]]],
  ['()', []],
] as const)('%s', (prompt, parts) => {
  expect(shown(prompt)).toEqual(parts)
})

test.each([
  ['a smile :)', ') closes nothing, at character 10 of "a smile :)"', 'write \\) for the character itself'],
  ['(red', '( is never closed, at character 1', 'write \\('],
  ['(red]', '] closes nothing', 'write \\]'],
  ['[red)', ') closes nothing', 'write \\)'],
  ['(at 12:30)', 'the weight 30: expected 0 to 10, at character 7', 'write \\: for the character itself'],
  ['(red:-1)', 'the weight -1: expected 0 to 10', 'the negative prompt'],
  ['[red:blue:0.5]', '[…:…] changes the prompt while drawing', 'write \\['],
  ['[red|blue]', '[…|…] changes the prompt while drawing', 'write \\['],
  [
    'a cat <lora:style:0.8>',
    '<lora:style:0.8> is no part of a text, at character 7',
    'load the adapter with the model',
  ],
])('%s is refused', (prompt, message, hint) => {
  const wrong = (() => {
    try {
      return parsePrompt(prompt)
    } catch (error) {
      return error
    }
  })()
  expect(wrong).toMatchObject({
    code: 'usage',
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  })
})

describe('whatever the text', () => {
  const escaped = (text: string): string => text.replaceAll(/[()[\]:\\]/g, '\\$&')
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '(', ')', '[', ']', ':', '\\', '1', '.', 'é', '🦊'),
    maxLength: 12,
  })

  test('escaped, it is itself', () => {
    fc.assert(
      fc.property(text, (each) => {
        expect(shown(escaped(each))).toEqual(each === '' ? [] : [[each, 1]])
        expect(shown(`(${escaped(each)}:1)`)).toEqual(each === '' ? [] : [[each, 1]])
      }),
    )
  })

  test('weights multiply, and no text is lost', () => {
    const tree = fc.letrec<{ node: { written: string; parts: [string, number][] } }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 3 },
        text.map((each) => ({ written: escaped(each), parts: [[each, 1]] as [string, number][] })),
        fc.tuple(fc.array(tie('node'), { maxLength: 3 }), fc.integer({ min: 0, max: 20 })).map(([inside, tenth]) => ({
          written: `(${inside.map(({ written }) => written).join('')}:${tenth / 10})`,
          parts: inside.flatMap(({ parts }) => parts.map(([each, w]) => [each, (w * tenth) / 10] as [string, number])),
        })),
      ),
    })).node
    fc.assert(
      fc.property(tree, ({ written, parts }) => {
        const letters = (all: readonly (readonly [string, number])[]) =>
          all.flatMap(([each, w]) => [...each].map((c) => [c, w.toFixed(4)]))
        expect(letters(parsePrompt(written).map(({ text, weight }) => [text, weight]))).toEqual(letters(parts))
      }),
    )
  })
})
