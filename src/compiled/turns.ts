/** Callers of a compiled graph share its arrays, so they take turns: no call reads the values of another. */
import { TweedieError } from '../errors.ts'
import { throwIfAborted } from '../interrupted.ts'

/** A queue. */
export interface Turns {
  /**
   * Runs a job after those before it.
   *
   * @throws TweedieError `interrupted`, if the signal is aborted while waiting; `usage` after {@link close}
   */
  take<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Lets the running job end, starts no other, then calls `release`. */
  close(): void
}

/**
 * @param name of the shared thing, for errors: `the denoiser`
 * @param release called once, after {@link Turns.close} and the last job
 */
export function turns(what: string, release: () => void): Turns {
  let last: Promise<void> = Promise.resolve()
  let inside = 0
  let closed = false
  const requireOpen = (): void => {
    if (closed) throw new TweedieError('usage', `${what} was disposed of, and is used again`)
  }
  return {
    async take(job, signal) {
      requireOpen()
      const before = last
      let leave!: () => void
      last = new Promise((resolve) => (leave = resolve))
      inside++
      try {
        await before
        requireOpen()
        throwIfAborted(signal)
        return await job()
      } finally {
        inside--
        leave()
        if (closed && inside === 0) release()
      }
    },
    close() {
      if (closed) return
      closed = true
      if (inside === 0) release()
    },
  }
}
