/** Errors of missing devices and libraries, which callers expect. */
import { isTweedieError } from '../../../errors.ts'
import type { TweedieError } from '../../../errors.ts'

/** Returns the message of a missing device; any other error is a bug and thrown again. */
export function deviceError(error: unknown): TweedieError {
  if (isTweedieError(error, 'device')) return error
  throw error
}

/** The result of the task; undefined if a device or library that it needs is missing. */
export function attempt<T>(task: () => T): T | undefined {
  try {
    return task()
  } catch (error) {
    deviceError(error)
    return undefined
  }
}
