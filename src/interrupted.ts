/**
 * Stopping on request: all work that takes an AbortSignal ends with the same error, before it starts, between steps and
 * in a run.
 */
import { TweedieError } from './errors.ts'

/**
 * The error of work that was stopped: code `interrupted`, its cause is the signal's reason, which the message repeats.
 */
export function interrupted(signal: AbortSignal | undefined, what = 'aborted on request'): TweedieError {
  const reason: unknown = signal?.reason
  const why = reason instanceof Error && reason.name !== 'AbortError' ? `: ${reason.message}` : ''
  return new TweedieError('interrupted', `${what}${why}`, { cause: reason })
}

/**
 * Throws if the signal is aborted.
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
