/** Work that is stopped always ends in the same error, `interrupted`, which names the work. */
import { interrupted } from '../interrupted.ts'

/**
 * Runs work that a signal stops.
 *
 * @param what for the message: `drawing`
 * @throws TweedieError `interrupted` after the signal; otherwise whatever the work throws
 */
export async function stoppable<T>(what: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (signal?.aborted) throw interrupted(signal, `${what} was stopped`)
  try {
    return await work()
  } catch (error) {
    throw signal?.aborted ? interrupted(signal, `${what} was stopped`) : error
  }
}
