/** Digests: short names of bytes, to find stored results again. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { contentOf } from '../../files/data/stored-dataset.ts'

/** The first 64 bits of SHA-256 of all parts, in hexadecimal; text counts as its UTF-8 bytes. */
export async function digest(...parts: readonly (string | ArrayBufferView)[]): Promise<string> {
  const hashes: Uint8Array<ArrayBuffer>[] = []
  for (const part of parts) hashes.push(await sha256(typeof part === 'string' ? new TextEncoder().encode(part) : part))
  const all = await sha256(new Uint8Array(hashes.flatMap((hash) => [...hash])))
  return Array.from(all.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The digest of everything in a data set that a metric depends on. */
export function digestOfDataset(dataset: ArrayDataset): Promise<string> {
  const { labels, shape, range, affine } = dataset
  return digest(JSON.stringify({ shape, range, affine }), ...contentOf(dataset), labels ?? 'unlabelled')
}

async function sha256(bytes: ArrayBufferView): Promise<Uint8Array<ArrayBuffer>> {
  const view = new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', view))
}
