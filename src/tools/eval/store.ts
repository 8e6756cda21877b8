/** Where an evaluation keeps what it need not compute twice: beside the model on a disk, or in memory. */
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
  /** Undefined for content that belongs to something else; throws TweedieError for what is broken. */
  readonly decode: (bytes: Uint8Array) => Promise<T | undefined>
}

/**
 * What a store has under a name; made and stored where it has nothing, or nothing that is right. A broken file is no error,
 * for its content can be made again.
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
