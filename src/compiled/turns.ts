/** Callers of a compiled graph share its arrays, so each has its turn: nobody reads what another has written. */
import { TweedieError } from '../errors.ts'
import { throwIfAborted } from '../interrupted.ts'

/** A queue. */
export interface Turns {
  /**
   * Runs a job when those before it have ended.
   *
   * @throws TweedieError `interrupted`, if the signal is aborted while waiting; `usage` after {@link close}
   */
  take<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T>
  /** Lets the running job end and nobody else begin; then releases what the jobs work with. */
  close(): void
}

/**
 * @param what is queued for, in errors: `the denoiser`
 * @param release called once, after {@link Turns.close} and the last job
 */
export function turns(what: string, release: () => void): Turns {
  let last: Promise<void> = Promise.resolve()
  let inside = 0
  let closed = false
  const requireOpen = (): void => {
    if (closed) throw new TweedieError('usage', `${what} was disposed of, and is asked again`)
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
