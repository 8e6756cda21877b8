/** Files as bytes, unpacked where they are gzipped, and never more of them than allowed. */
import { readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { defaultMaxBytes } from '../file-tree.ts'

const gunzipAsync = promisify(gunzip)

/**
 * Reads a file, and unpacks it if it is gzipped (by its first bytes, whatever its name).
 *
 * @throws TweedieError `data` where it is missing, unreadable, broken, or larger than `maxBytes` before or after unpacking
 */
export async function readBytes(path: string, maxBytes = defaultMaxBytes, signal?: AbortSignal): Promise<Uint8Array> {
  const bytes = await readRaw(path, maxBytes, signal)
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return await gunzipAsync(bytes, { maxOutputLength: maxBytes })
  } catch (cause) {
    const tooLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    const problem = tooLarge ? `unpacks to more than ${maxBytes} bytes` : `broken gzip file (${messageOf(cause)})`
    throw new TweedieError('data', `${path}: ${problem}`, { cause })
  }
}

async function readRaw(path: string, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
  try {
    const { size } = await stat(path)
    if (size <= maxBytes) return await readFile(path, { signal })
    throw new TweedieError('data', `${path}: ${size} bytes, at most ${maxBytes} allowed`)
  } catch (cause) {
    if (cause instanceof TweedieError) throw cause
    throwIfAborted(signal)
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT'
    const problem = missing ? 'no such file' : `cannot be read (${messageOf(cause)})`
    throw new TweedieError('data', `${path}: ${problem}`, { cause })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
