/** What is told of a model without where things lie on the machine. */
import { posix, win32 } from 'node:path'

/** The same value; a text that is an absolute path becomes the name at its end. */
export function withoutPlaces(value: unknown): unknown {
  if (typeof value === 'string') {
    if (posix.isAbsolute(value)) return posix.basename(value)
    return /^[a-z]:[\\/]/i.test(value) ? win32.basename(value) : value
  }
  if (Array.isArray(value)) return (value as readonly unknown[]).map(withoutPlaces)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutPlaces(each)]))
}
