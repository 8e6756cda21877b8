/** How long a request may take. */
import { ServeError } from './problem.ts'

/** A signal that aborts when the time is over, with an error of status 504. */
export function timeLimit(seconds: number): { readonly signal: AbortSignal; end(): void } {
  const stop = new AbortController()
  const late = (): void => stop.abort(new ServeError(504, 'too-long', `not done after ${seconds} s`))
  const timer = setTimeout(late, 1000 * seconds)
  return { signal: stop.signal, end: () => clearTimeout(timer) }
}
