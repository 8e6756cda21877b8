/** What the runtime says when it fails, as what a page shows: the kind of trouble, and what to do. */
import { expect, it } from 'vitest'
import { TweedieError } from '../../src/errors.ts'
import { runError, sessionError } from '../../src/engine/runtime/web/web-error.ts'
import { errorOf, plainError } from '../../src/app/web/worker/plain-error.ts'

it.each([
  ["Can't create a session. ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc", 'device', 'memory', 'batch'],
  ["Can't create a session. failed to allocate a buffer of size 3000000000.", 'device', 'memory', 'batch'],
  [
    'no available backend found. ERR: [wasm] RuntimeError: Aborted(both async and sync fetching)',
    'device',
    'load',
    'assets',
  ],
  ['ERROR_CODE: 10, ERROR_MESSAGE: This is an invalid model.', 'model', 'refuses', undefined],
] as const)('a session: %s', (said, code, words, hint) => {
  const error = sessionError(new Error(said))
  expect(error).toMatchObject({ code, message: expect.stringContaining(words) })
  if (hint !== undefined) expect(error.hint).toContain(hint)
  expect(error.cause).toBeInstanceOf(Error)
})

it.each([
  ['failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc', 'device', 'memory', 'batch'],
  ['Device was lost: Unknown', 'device', 'GPU', 'checkpoint'],
  ['ERROR_CODE: 2, ERROR_MESSAGE: Got invalid dimensions for input: x', 'shape', 'invalid dimensions', undefined],
  [
    'ERROR_CODE: 1, ERROR_MESSAGE: /onnxruntime/core/a.cc:12 virtual f() was false. Too bad',
    'device',
    'Too bad',
    undefined,
  ],
] as const)('a run: %s', (said, code, words, hint) => {
  const error = runError(new Error(said))
  expect(error).toMatchObject({ code, message: expect.stringContaining(words) })
  expect(error.message).not.toContain('.cc')
  if (hint !== undefined) expect(error.hint).toContain(hint)
})

it('leaves errors alone that are understood already', () => {
  const own = new TweedieError('device', 'mine')
  expect(sessionError(own)).toBe(own)
  expect(runError(own)).toBe(own)
})

it('says what to do where the server has newer files than the page', () => {
  const said = plainError(new TypeError('Failed to fetch dynamically imported module: http://a/b-1.js'))
  expect(errorOf(said)).toMatchObject({ code: 'device', hint: expect.stringContaining('load the page anew') })
  expect(errorOf(plainError(new TypeError('x is undefined')))).toMatchObject({ code: 'internal' })
})
