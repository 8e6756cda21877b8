/// <reference lib="esnext.disposable" preserve="true" />
/** The memory that bodies of requests take together. */
import { ServeError } from './problem.ts'

/** Bodies that are as large as allowed, at once. */
const most = 16

/** Room for bodies. */
export interface BodyRoom {
  /** Takes room for the body of a request until it is disposed of. @throws ServeError 429 where there is none now */
  take(request: Request): Disposable
}

/**
 * Room for several bodies of the largest size: many clients that send large ones at once would take all memory before any of them waits in the
 * queue.
 *
 * @param maxBody the largest size of one, in MB
 */
export function bodyRoom(maxBody: number): BodyRoom {
  const largest = maxBody * 1e6
  let taken = 0
  return {
    take({ headers }) {
      const said = Number(headers.get('content-length') ?? Number.NaN)
      // one that does not say how long it is may be as long as allowed
      const bytes = Number.isFinite(said) ? Math.min(said, largest) : largest
      if (taken + bytes > most * largest) {
        throw new ServeError(429, 'busy', 'too much is being sent already', {
          hint: 'try again in 1 s',
          headers: { 'retry-after': '1' },
        })
      }
      taken += bytes
      return { [Symbol.dispose]: () => void (taken -= bytes) }
    },
  }
}
