/** A store for results that need not be computed twice: beside the model on a disk, or in memory. */
import { isTweedieError } from '../../errors.ts'
import { checksum } from '../../files/io/checksum.ts'

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
 * content can be computed again: a checksum before it finds every change. Nor is it one where nothing can be written.
 */
export async function cached<T>(store: Store, name: string, codec: Codec<T>, make: () => Promise<T>): Promise<T> {
  const bytes = whole(await store.read(name).catch(ignoreOurs))
  const found = bytes && (await codec.decode(bytes).catch(ignoreOurs))
  if (found !== undefined) return found
  const made = await make()
  await store.write(name, sealed(codec.encode(made))).catch(ignoreOurs)
  return made
}

/** Stands before the content, with its checksum; as long as a multiple of 8, so that tensors behind it begin at one. */
const headOf = (content: Uint8Array): string => `tweedie store 1 ${checksum(content)}       \n`
const headBytes = 40

/** The content behind its checksum, as {@link cached} keeps it. */
export function sealed(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headBytes + content.length)
  bytes.set(new TextEncoder().encode(headOf(content)))
  bytes.set(content, headBytes)
  return bytes
}

/** The content behind the checksum; undefined for what is damaged, or was stored without one. */
function whole(bytes: Uint8Array | undefined): Uint8Array | undefined {
  if (bytes === undefined || bytes.length < headBytes) return undefined
  const content = bytes.subarray(headBytes)
  return new TextDecoder('latin1').decode(bytes.subarray(0, headBytes)) === headOf(content) ? content : undefined
}

function ignoreOurs(error: unknown): undefined {
  if (!isTweedieError(error)) throw error
}
