/** A store for results that need not be computed twice: beside the model on a disk, or in memory. */
import { isTweedieError } from '../../errors.ts'

/** Files by name. */
export interface Store {
  /** The content of a file; undefined where there is none. */
  read(name: string): Promise<Uint8Array | undefined>
  /** Writes a file, replacing one of that name. */
  write(name: string, bytes: Uint8Array): Promise<void>
}

/** A store that forgets everything with the process. */
export function memoryStore(): Store {
  const files = new Map<string, Uint8Array>()
  return {
    read: async (name) => files.get(name),
    write: async (name, bytes) => void files.set(name, bytes),
  }
}

/** Between a value and the bytes of its file. */
export interface Codec<T> {
  readonly encode: (value: T) => Uint8Array
  /** Undefined for content of other data; throws TweedieError for broken content. */
  readonly decode: (bytes: Uint8Array) => Promise<T | undefined>
}

/**
 * The value under a name; computed and stored if it is missing or outdated. A broken file is not an error, since its
 * content can be computed again.
 */
export async function cached<T>(store: Store, name: string, codec: Codec<T>, make: () => Promise<T>): Promise<T> {
  const bytes = await store.read(name)
  const found = bytes && (await codec.decode(bytes).catch(ignoreBroken))
  if (found !== undefined) return found
  const made = await make()
  await store.write(name, codec.encode(made))
  return made
}

function ignoreBroken(error: unknown): undefined {
  if (!isTweedieError(error)) throw error
}
