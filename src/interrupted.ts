/** Stopping on request: whatever takes an AbortSignal ends with the same error, before it starts, between steps and in a run. */
import { TweedieError } from './errors.ts'

/** The error of work that was stopped: code `interrupted`, its cause the reason that the signal gives, which is also told. */
export function interrupted(signal: AbortSignal | undefined, what = 'aborted on request'): TweedieError {
  const reason: unknown = signal?.reason
  const why = reason instanceof Error && reason.name !== 'AbortError' ? `: ${reason.message}` : ''
  return new TweedieError('interrupted', `${what}${why}`, { cause: reason })
}

/**
 * Ends the work that calls it if the signal was given.
 *
 * @throws TweedieError `interrupted`
 * @example
 * for (const step of steps) {
 *   throwIfAborted(signal)
 *   await take(step)
 * }
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted(signal)
}
