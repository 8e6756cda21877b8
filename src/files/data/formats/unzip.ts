/** The entries of .zip files, checked: what is unpacked has the size and the checksum that the file states. */
import { unzipSync } from 'fflate'
import { TweedieError } from '../../../errors.ts'
import { crc32 } from './crc32.ts'

/** An entry, before it is unpacked. */
export interface ZipEntry {
  readonly name: string
  /** Bytes in the file. */
  readonly size: number
  /** Bytes unpacked, as the file states. */
  readonly originalSize: number
}

/**
 * Unpacks the entries that are wanted, by name.
 *
 * @param wanted is asked for each entry; what it throws is thrown on if it is a TweedieError
 * @throws TweedieError `data` for broken bytes, or an entry whose content is not what its checksum and its size say
 */
export function unzipEntries(bytes: Uint8Array, wanted: (entry: ZipEntry) => boolean): Record<string, Uint8Array> {
  const entries = unpacked(bytes, wanted)
  const stated = sumsIn(bytes)
  for (const [name, content] of Object.entries(entries)) {
    const facts = stated.get(name)
    if (facts?.named !== true) throw damaged(name, 'its name is not the same in both places')
    if (facts.size === content.length && facts.sum === crc32(content)) continue
    throw damaged(name, 'its content is not what its checksum says')
  }
  return entries
}

function damaged(name: string, why: string): TweedieError {
  const short = name.length > 80 ? `${name.slice(0, 80)}…` : name
  return new TweedieError('data', `${short} is damaged: ${why}`, { hint: 'copy or download the file again' })
}

/** Deflate makes at most this many bytes of one. */
const mostExpansion = 1032

/** fflate throws its own errors, and the engine's for lengths out of range: all mean a broken file. */
function unpacked(bytes: Uint8Array, wanted: (entry: ZipEntry) => boolean): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, {
      filter: (entry) => {
        const { name, size, originalSize, compression } = entry
        const most = compression === 0 ? size : mostExpansion * (size + 1)
        const isPossible = size <= bytes.length && originalSize <= most && (compression !== 0 || originalSize === size)
        if (!isPossible) throw damaged(name, `${size} bytes do not unpack to ${originalSize}`)
        return wanted(entry)
      },
    })
  } catch (cause) {
    if (cause instanceof TweedieError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TweedieError('data', `broken zip file (${why})`, { cause })
  }
}

const [endMark, entryMark] = [0x06054b50, 0x02014b50]

interface Stated {
  readonly sum: number
  readonly size: number
  readonly named: boolean
}

/** What the central directory says, by name; `named`: the entry itself has the same name. The size is that of 32 bits; of larger entries the extra field has it. */
function sumsIn(bytes: Uint8Array): Map<string, Stated> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found = new Map<string, Stated>()
  let end = bytes.length - 22
  while (end >= 0 && view.getUint32(end, true) !== endMark) end--
  if (end < 0) return found
  let at = view.getUint32(end + 16, true)
  if (at === 0xffffffff) at = startOf64(view, end)
  while (at + 46 <= bytes.length && view.getUint32(at, true) === entryMark) {
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true))
    const nameEnd = at + 46 + nameLength!
    const isUtf8 = (view.getUint16(at + 8, true) & 0x800) !== 0
    const name = textOf(bytes.subarray(at + 46, nameEnd), isUtf8)
    const short = view.getUint32(at + 24, true)
    const size = short === 0xffffffff ? longSize(view, nameEnd, extraLength!) : short
    const place = view.getUint32(at + 42, true)
    const nameBytes = bytes.subarray(at + 46, nameEnd)
    // of zip64 the place is elsewhere, too
    const named = place === 0xffffffff || isNamed(view, bytes, place, nameBytes)
    found.set(name, { sum: view.getUint32(at + 16, true), size, named })
    at = nameEnd + extraLength! + noteLength!
  }
  return found
}

/** Whether the entry at a place has this name. */
function isNamed(view: DataView, bytes: Uint8Array, place: number, name: Uint8Array): boolean {
  if (place + 30 > bytes.length || view.getUint16(place + 26, true) !== name.length) return false
  return name.every((byte, i) => byte === bytes[place + 30 + i])
}

/** Where the central directory of a zip64 file begins. */
function startOf64(view: DataView, end: number): number {
  const locator = end - 20
  if (locator < 0 || view.getUint32(locator, true) !== 0x07064b50) return view.byteLength
  const record = Number(view.getBigUint64(locator + 8, true))
  if (record + 56 > view.byteLength) return view.byteLength
  return Number(view.getBigUint64(record + 48, true))
}

/** The unpacked size in the extra field of zip64, where it is the first number. */
function longSize(view: DataView, from: number, length: number): number {
  for (let at = from; at + 12 <= Math.min(from + length, view.byteLength); at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === 1) return Number(view.getBigUint64(at + 4, true))
  }
  return NaN
}

/** Names are UTF-8 where the entry says so, else a byte a letter, as fflate has them. */
function textOf(bytes: Uint8Array, isUtf8: boolean): string {
  return isUtf8 ? new TextDecoder().decode(bytes) : String.fromCharCode(...bytes)
}
