/** Devices and libraries that are missing: an answer, not a bug. */
import { isTweedieError } from '../../../errors.ts'
import type { TweedieError } from '../../../errors.ts'

/** A device that is missing is an answer; anything else is a bug and thrown on. */
export function deviceError(error: unknown): TweedieError {
  if (isTweedieError(error, 'device')) return error
  throw error
}

/** What the task gives; undefined where what it needs is not there. */
export function attempt<T>(task: () => T): T | undefined {
  try {
    return task()
  } catch (error) {
    deviceError(error)
    return undefined
  }
}
