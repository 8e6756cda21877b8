/** Work that is stopped: one error, whenever it happens. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import { attended, interruptible } from '../../src/cli/watched.ts'
import { isTweedieError, TweedieError } from '../../src/errors.ts'

afterEach(() => vi.restoreAllMocks())

describe('interrupted', () => {
  test.each([
    ['between two steps', (signal: AbortSignal) => signal.throwIfAborted()],
    [
      'inside a run',
      () => {
        throw new TweedieError('interrupted', 'the run was stopped')
      },
    ],
    [
      'while something else went wrong for want of it',
      () => {
        throw new Error('session is closed')
      },
    ],
  ])('%s', async (_, fail) => {
    const work = interruptible('the evaluation', async (signal) => {
      process.emit('SIGINT')
      fail(signal)
    })
    const error = await work.catch((cause: unknown) => cause)
    expect(isTweedieError(error, 'interrupted')).toBe(true)
    expect((error as Error).message).toBe('the evaluation was stopped')
  })

  test('nobody listens afterwards', async () => {
    const before = process.listenerCount('SIGINT')
    await interruptible('nothing', async () => {})
    expect(process.listenerCount('SIGINT')).toBe(before)
  })
})

test('an error of the work is its own', async () => {
  const broken = attended('the evaluation', { quiet: true }, async () => {
    throw new TweedieError('data', 'broken')
  })
  await expect(broken).rejects.toMatchObject({ code: 'data', message: 'broken' })
})
