/** A run that several threads of this process train together. */
import { setTimeout as pause } from 'node:timers/promises'
import { nodeEngine } from '../../../engine/runtime/node/index.ts'
import { isTweedieError, TweedieError } from '../../../errors.ts'
import { configOf } from '../config-file.ts'
import type { TrainRequest } from '../prepared-run.ts'
import { startRanks } from './rank-threads.ts'

/** The longest that a failed run waits for its other threads, in milliseconds. */
const leaveMs = 10_000

/**
 * Trains; the events are those of the first thread, which writes and draws.
 *
 * @param run the run of one of several
 * @throws TweedieError `usage` for parts of the user's own that a program made, which cannot be passed to a thread (those of a configuration file are read again there); else what made one of them fail
 */
export async function* trainInThreads<Event>(
  count: number,
  request: TrainRequest,
  run: (request: TrainRequest) => AsyncGenerator<Event>,
): AsyncGenerator<Event> {
  requirePlain(request)
  // the library is loaded here first: it reads the environment, which a thread cannot change
  await nodeEngine()
  const threads = startRanks(count, request)
  const { collective } = threads
  let whole = false
  try {
    yield* run({ ...request, ranks: undefined, collective })
    whole = true
  } catch (error) {
    collective.abort(1)
    await Promise.race([threads.ended, pause(leaveMs, undefined, { ref: false })])
    throw isTweedieError(error, 'interrupted') && threads.failure ? threads.failure : error
  } finally {
    if (!whole) collective.abort(1)
    await Promise.race([threads.ended, pause(leaveMs, undefined, { ref: false })])
  }
}

function requirePlain({ ranks, own = {} }: TrainRequest): void {
  const named = Object.entries(own).find(([, parts]) => parts !== undefined)
  if (named === undefined || configOf(own) !== undefined) return
  throw new TweedieError('usage', `\`ranks: ${ranks}\`: your own ${named[0]} cannot be passed to a thread`, {
    hint: 'parts of a configuration file can: name one by --config; or train in one thread with more `threads`',
  })
}
