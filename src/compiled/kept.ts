/// <reference lib="esnext.disposable" preserve="true" />
/**
 * A store that keeps compiled things by a key: a second request gets them at once, and requests at the same time share
 * them.
 */
import { TweedieError } from '../errors.ts'
import { interrupted, throwIfAborted } from '../interrupted.ts'

/** A store of compiled things. */
export interface Kept {
  /** How many were made so far. */
  readonly made: number
  /** A user of the store: what it got stays until the user is disposed of. */
  hold(): Holder
  /** Releases what nobody uses now; asked for again, it is made again. */
  release(): void
  /** Releases everything; things still being made are released when they are ready. */
  dispose(): void
}

/** One user. */
export interface Holder extends Disposable {
  /**
   * Returns the thing kept under a key, or makes it.
   *
   * @param make its signal is aborted when the store is disposed of
   * @param signal of this user alone: others may wait for the same
   */
  get<T extends object>(key: string, make: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>
}

interface Entry {
  readonly value: Promise<object>
  users: number
}

/**
 * @param what is kept, in errors: `the generator`
 * @param most how many are kept when nobody uses them: the least recently used is released first
 */
export function keep(what: string, most = 8): Kept {
  const entries = new Map<string, Entry>()
  const closing = new AbortController()
  let made = 0

  function entryOf(key: string, make: (signal: AbortSignal) => Promise<object>): Entry {
    const known = entries.get(key)
    if (known) {
      // the last used is the last of the map
      entries.delete(key)
      entries.set(key, known)
      return known
    }
    const entry: Entry = { value: make(closing.signal), users: 0 }
    entries.set(key, entry)
    entry.value.then(
      () => made++,
      () => entries.get(key) === entry && entries.delete(key),
    )
    return entry
  }
  function tidy(left: number): void {
    for (const [key, entry] of entries) {
      if (entries.size <= left) return
      if (entry.users > 0) continue
      entries.delete(key)
      release(entry)
    }
  }
  return {
    get made() {
      return made
    },
    hold() {
      const held: Entry[] = []
      return {
        async get<T extends object>(key: string, make: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal) {
          if (closing.signal.aborted) throw new TweedieError('usage', `${what} was disposed of, and is used again`)
          const entry = entryOf(key, make)
          entry.users++
          held.push(entry)
          tidy(most)
          return (await abortable(entry.value, signal)) as T
        },
        [Symbol.dispose]() {
          for (const entry of held.splice(0)) entry.users--
          tidy(most)
        },
      }
    },
    release: () => tidy(0),
    dispose() {
      closing.abort()
      for (const entry of entries.values()) release(entry)
      entries.clear()
    },
  }
}

const numbers = new WeakMap<object, number>()
let next = 0

/** A number for an object, the same as long as it lives: for keys. */
export function numberOf(object: object): number {
  const known = numbers.get(object) ?? next++
  numbers.set(object, known)
  return known
}

function release({ value }: Entry): void {
  value.then(
    (made) => (made as Partial<Disposable>)[Symbol.dispose]?.(),
    () => undefined,
  )
}

/** The promise, or the error of the abort if that comes first. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  throwIfAborted(signal)
  let stop!: () => void
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(interrupted(signal))
    signal.addEventListener('abort', stop)
  })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', stop))
}
