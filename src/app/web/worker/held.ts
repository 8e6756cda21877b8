/** What lies in the worker, by handles: numbers that are never used twice. */
import { TweedieError } from '../../../errors.ts'
import type { Handle } from './protocol.ts'

/** Things by handles. */
export interface Held<T> {
  put(thing: T): Handle
  /** @throws TweedieError `usage` for what was released */
  get(handle: Handle): T
  /** Forgets it; undefined where there is nothing of this handle. */
  take(handle: Handle): T | undefined
  entries(): Iterable<readonly [Handle, T]>
}

/** Handles of all kinds are numbers of one row. */
let last = 0

/** @param what one of them is called in errors: `the model` */
export function held<T>(what: string): Held<T> {
  const things = new Map<Handle, T>()
  return {
    put(thing) {
      things.set(++last, thing)
      return last
    },
    get(handle) {
      const thing = things.get(handle)
      if (thing === undefined) throw new TweedieError('usage', `${what} was disposed of, and is used again`)
      return thing
    },
    take(handle) {
      const thing = things.get(handle)
      things.delete(handle)
      return thing
    },
    entries: () => things.entries(),
  }
}
