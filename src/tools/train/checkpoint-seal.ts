/** The checksum of a checkpoint: over all of its bytes, with zeros where the checksum itself stands. */
import { TweedieError } from '../../errors.ts'
import { checksum } from '../../files/io/checksum.ts'
import { parseHeaderLength } from '../../files/io/safetensors.ts'

/** Holds the place of a checksum. */
export const noChecksum = '0'.repeat(16)

/** The bytes before it in the header. */
const before = '"checksum":"'

/** Writes the checksum into bytes that have {@link noChecksum} for it. */
export function sealed(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = placeOf(bytes)
  if (at === undefined) throw new TweedieError('internal', 'a checkpoint has no place for its checksum')
  bytes.set(new TextEncoder().encode(checksumOf(bytes)), at)
  return bytes
}

/** The correct checksum of the bytes. */
export function checksumOf(bytes: Uint8Array): string {
  const at = placeOf(bytes)
  const end = 8 + parseHeaderLength(bytes, bytes.length)
  const header = bytes.slice(0, end)
  if (at !== undefined) header.fill(0x30, at, at + noChecksum.length)
  return checksum(header, bytes.subarray(end))
}

/**
 * Where the checksum begins. The metadata stand first in the header, and `checksum` first among them, so its first
 * occurrence is the right one.
 */
function placeOf(bytes: Uint8Array): number | undefined {
  const head = new TextDecoder('latin1').decode(bytes.subarray(8, 8 + 1024))
  const found = head.indexOf(before)
  return found < 0 ? undefined : 8 + found + before.length
}
