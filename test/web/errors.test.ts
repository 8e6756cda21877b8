/** What the runtime says when it fails, as what a page shows: the kind of trouble, and what to do. */
import { expect, it } from 'vitest'
import { TweedieError } from '../../src/errors.ts'
import { runError, sessionError } from '../../src/engine/runtime/web/web-error.ts'

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
