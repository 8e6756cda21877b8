/** Entries of .zip files that are read in parts: of files that are too large for memory. */
import { Inflate } from 'fflate'
import { TweedieError } from '../../../errors.ts'
import type { FileRanges } from '../file-tree.ts'
import { crc32 } from './crc32.ts'

/** An entry of the central directory. */
export interface StoredEntry {
  readonly name: string
  /** 0: as it is; 8: deflated. */
  readonly method: number
  /** Bytes in the file, and unpacked. */
  readonly size: number
  readonly originalSize: number
  readonly sum: number
  /** Where its own header is. */
  readonly at: number
}

/** Bytes that are read at a time. */
const pieceBytes = 2 ** 20
/** The largest central directory that is read. */
const mostDirectory = 2 ** 24
const [endMark, locatorMark, entryMark, headMark] = [0x06054b50, 0x07064b50, 0x02014b50, 0x04034b50]

/**
 * The entries of a .zip file, zip64 too.
 *
 * @throws TweedieError `data` for what is none, or cut off
 */
export async function zipEntries(file: FileRanges): Promise<StoredEntry[]> {
  const tailAt = Math.max(0, file.size - 22 - 0xffff - 20)
  const tail = viewOf(await file.read(tailAt, file.size - tailAt))
  let end = tail.byteLength - 22
  while (end >= 0 && tail.getUint32(end, true) !== endMark) end--
  if (end < 0) throw broken('it has no end: is it cut off?')
  let [length, at] = [tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)]
  if ((at === 0xffffffff || length === 0xffffffff) && end >= 20 && tail.getUint32(end - 20, true) === locatorMark) {
    const record = viewOf(await file.read(Number(tail.getBigUint64(end - 12, true)), 56))
    if (record.byteLength < 56) throw broken('it is cut off')
    length = Number(record.getBigUint64(40, true))
    at = Number(record.getBigUint64(48, true))
  }
  if (!(length <= mostDirectory && at + length <= file.size)) throw broken('its list of entries is not where it says')
  return [...entriesIn(viewOf(await file.read(at, length)))]
}

function* entriesIn(view: DataView): Generator<StoredEntry> {
  for (let at = 0; at + 46 <= view.byteLength && view.getUint32(at, true) === entryMark;) {
    const [nameLength, extraLength, noteLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true))
    const extraAt = at + 46 + nameLength!
    if (extraAt + extraLength! > view.byteLength) throw broken('its list of entries is cut off')
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameLength))
    const short = [24, 20, 42].map((offset) => view.getUint32(at + offset, true))
    const [originalSize, size, from] = longNumbers(view, extraAt, extraLength!, short) as [number, number, number]
    yield {
      name,
      method: view.getUint16(at + 10, true),
      size,
      originalSize,
      sum: view.getUint32(at + 16, true),
      at: from,
    }
    at = extraAt + extraLength! + noteLength!
  }
}

/** Numbers that do not fit into 32 bits stand in the extra field of zip64, one after another. */
function longNumbers(view: DataView, from: number, length: number, short: readonly number[]): number[] {
  let next = -1
  for (let at = from; at + 4 <= from + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === 1) next = at + 4
  }
  return short.map((number) => {
    if (number !== 0xffffffff) return number
    if (next < 0 || next + 8 > from + length) return NaN
    next += 8
    return Number(view.getBigUint64(next - 8, true))
  })
}

/**
 * The content of an entry, in pieces.
 *
 * @throws TweedieError `data` at its end, where it is not what its size and its checksum say
 */
export async function* contentOfEntry(file: FileRanges, entry: StoredEntry): AsyncGenerator<Uint8Array> {
  const { name, method, size, originalSize, sum, at } = entry
  const head = viewOf(await file.read(at, 30))
  if (head.byteLength < 30 || head.getUint32(0, true) !== headMark) throw broken(`${name} is not where it says`)
  if (method !== 0 && method !== 8) throw broken(`${name} is packed in a way that is not known (${method})`)
  const start = at + 30 + head.getUint16(26, true) + head.getUint16(28, true)
  let [crc, total] = [0, 0]
  const counted = (piece: Uint8Array): Uint8Array => {
    crc = crc32(piece, crc)
    total += piece.length
    if (total > originalSize) throw broken(`${name} is larger than it says`)
    return piece
  }
  let ready: Uint8Array[] = []
  const inflate = method === 8 ? new Inflate((piece) => ready.push(piece)) : undefined
  for (let done = 0; done < size;) {
    const piece = await file.read(start + done, Math.min(pieceBytes, size - done))
    if (piece.length === 0) throw broken(`${name} is cut off`)
    done += piece.length
    if (!inflate) {
      yield counted(piece)
      continue
    }
    ready = []
    try {
      inflate.push(piece, done === size)
    } catch (cause) {
      throw broken(`${name}: ${(cause as Error).message}`, cause)
    }
    for (const each of ready) yield counted(each)
  }
  if (total !== originalSize || crc !== sum) {
    throw new TweedieError('data', `${name} is damaged: its content is not what its checksum says`, {
      hint: 'copy or download the file again',
    })
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength)

function broken(why: string, cause?: unknown): TweedieError {
  return new TweedieError('data', `broken zip file (${why})`, { cause })
}
