/** The lifetime of a native resource: used by any number of tasks, released once, after the last of them. */
import { TweedieError } from '../../errors.ts'

export interface Lifetime {
  /** Throws a TweedieError `usage` once the resource is disposed. */
  check(): void
  /** Runs a task during which the resource stays alive. */
  use<T>(task: () => Promise<T>): Promise<T>
  /** Releases the resource: now, or when the last task in flight ends. A second call does nothing. */
  dispose(): void
}

/**
 * @param what names the resource in the error of a use after disposal
 * @param release is called once
 */
export function lifetime(what: string, release: () => void): Lifetime {
  let tasks = 0
  let disposed = false
  const check = () => {
    if (disposed) throw new TweedieError('usage', `${what} is used after it was disposed`)
  }
  return {
    check,
    async use(task) {
      check()
      tasks++
      try {
        return await task()
      } finally {
        tasks--
        if (disposed && tasks === 0) release()
      }
    },
    dispose() {
      if (disposed) return
      disposed = true
      if (tasks === 0) release()
    },
  }
}
