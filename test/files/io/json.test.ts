/** Reading JSON takes time in proportion to its length, whatever is in it. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findDuplicateKey, formatPythonJson, parsePythonJson } from '../../../src/files/io/json.ts'

describe('texts that end inside a string', () => {
  const length = 100_000
  test.each([
    ['plain', `{"a": "${'x'.repeat(length)}`],
    ['escaped quotes', `{"a": "${'\\"'.repeat(length / 2)}`],
    ['backslashes', `"${'\\'.repeat(length + 1)}`],
    ['quotes', '"'.repeat(length + 1)],
  ])('%s', (_, text) => {
    expect(() => parsePythonJson(text)).toThrow(SyntaxError)
  })
})

test('a long valid text is read, and its keys are compared', () => {
  const text = `{${Array.from({ length: 20_000 }, (_, i) => `"k\\"${i}": "${'y'.repeat(5)}"`).join(', ')}}`
  expect(Object.keys(parsePythonJson(text) as object)).toHaveLength(20_000)
  expect(findDuplicateKey(text)).toBeUndefined()
  expect(findDuplicateKey('{"a": {"b": 1}, "c": "{", "a": 2}')).toBe('a')
})

test('a string that looks like a mark of ours is a string', () => {
  expect(parsePythonJson('"\\u0000number:constructor"')).toBe('\u0000number:constructor')
})

test('what is printed is read again', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(parsePythonJson(formatPythonJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
