/** However work is cut short, who asked for that gets one error. */
import { isTweedieError, TweedieError } from '../errors.ts'

/**
 * Runs work that a signal stops.
 *
 * @param what for the message: `drawing`
 * @throws TweedieError `interrupted` after the signal; otherwise whatever the work throws
 */
export async function stoppable<T>(what: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (signal?.aborted) throw new TweedieError('interrupted', `${what} was stopped`, { cause: signal.reason })
  try {
    return await work()
  } catch (cause) {
    if (!signal?.aborted || isTweedieError(cause, 'interrupted')) throw cause
    throw new TweedieError('interrupted', `${what} was stopped`, { cause })
  }
}
