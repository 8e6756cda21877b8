/**
 * The entries of .tar files (ustar, with the extensions of GNU and pax), read in parts.
 *
 * POSIX.1-2017, pax, "ustar Interchange Format"; https://www.gnu.org/software/tar/manual/html_node/Standard.html
 */
import { TweedieError } from '../../../errors.ts'
import type { FileRanges } from '../file-tree.ts'

/** A regular file in a .tar. */
export interface TarEntry {
  readonly name: string
  /** Where its content begins, and how long it is. */
  readonly at: number
  readonly size: number
}

const block = 512
/** The longest name that is read. */
const longest = 2 ** 16
/** Bytes that are read at a time, and may hold several headers. */
const windowBytes = 2 ** 20

/**
 * Walks through a .tar.
 *
 * @yields each regular file, in order
 * @throws TweedieError `data` for what is no .tar, is cut off, or has a header that is damaged
 */
export async function* tarEntries(file: FileRanges): AsyncGenerator<TarEntry> {
  const read = windowed(file)
  let [longName, sizeSaid] = [undefined as string | undefined, undefined as number | undefined]
  for (let at = 0; at + block <= file.size;) {
    const head = await read(at, block)
    if (head.every((byte) => byte === 0)) return
    requireSum(head, at)
    const kind = String.fromCharCode(head[156]!)
    const size = sizeSaid ?? numberOf(head, 124, 12)
    const from = at + block
    if (!(size >= 0) || from + size > file.size) {
      const name = longName ?? nameOf(head)
      throw broken(`it is cut off: ${name} should have ${size} bytes at ${from}, and the file has ${file.size}`)
    }
    at = from + Math.ceil(size / block) * block
    if (kind === 'L' || kind === 'x') {
      if (size > longest) throw broken(`a header of ${size} bytes`)
      const content = await read(from, size)
      if (kind === 'L') longName = textOf(content)
      else {
        const facts = paxFacts(content)
        longName = facts.get('path') ?? longName
        sizeSaid = facts.has('size') ? Number(facts.get('size')) : sizeSaid
      }
      continue
    }
    if (kind === '0' || kind === '\0' || kind === '7') yield { name: longName ?? nameOf(head), at: from, size }
    longName = undefined
    sizeSaid = undefined
  }
  if (file.size % block !== 0) throw broken('it is cut off in the middle of a block')
}

/** Reads with a window, so that small entries cost no call of the system each. */
function windowed(file: FileRanges): (at: number, length: number) => Promise<Uint8Array> {
  let [first, bytes] = [0, new Uint8Array(0)]
  return async (at, length) => {
    if (at < first || at + length > first + bytes.length) {
      bytes = new Uint8Array(await file.read(at, Math.max(length, windowBytes)))
      first = at
    }
    const found = bytes.subarray(at - first, at - first + length)
    if (found.length < length) throw broken('it is cut off')
    return found
  }
}

/** A name of up to 100 bytes, with a prefix of up to 155. */
function nameOf(head: Uint8Array): string {
  const isUstar = textOf(head.subarray(257, 262)) === 'ustar'
  const prefix = isUstar && head[262] === 0 ? textOf(head.subarray(345, 500)) : ''
  const name = textOf(head.subarray(0, 100))
  return prefix === '' ? name : `${prefix}/${name}`
}

/** Octal digits; or, with the highest bit set, the other bits as a number. */
function numberOf(head: Uint8Array, from: number, length: number): number {
  const field = head.subarray(from, from + length)
  if (field[0]! & 0x80) return field.subarray(1).reduce((all, byte) => all * 256 + byte, field[0]! & 0x7f)
  const digits = textOf(field).trim()
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : NaN
}

/** `27 path=…`, a line each. */
function paxFacts(content: Uint8Array): Map<string, string> {
  const facts = new Map<string, string>()
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at)
    const length = Number(textOf(content.subarray(at, Math.max(at, space))))
    if (space < 0 || !(length > space - at) || at + length > content.length) throw broken('a header of pax')
    const line = new TextDecoder().decode(content.subarray(space + 1, at + length - 1))
    const equals = line.indexOf('=')
    facts.set(line.slice(0, equals), line.slice(equals + 1))
    at += length
  }
  return facts
}

/** The sum of a header's bytes, with blanks in place of the sum itself. */
function sumOf(head: Uint8Array): number {
  return head.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0)
}

function requireSum(head: Uint8Array, at: number): void {
  if (sumOf(head) === numberOf(head, 148, 8)) return
  throw broken(at === 0 ? 'it does not begin with a header' : `the header at ${at} is damaged`)
}

/** Text up to the first zero. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
}

function broken(why: string): TweedieError {
  return new TweedieError('data', `broken .tar file (${why})`, { hint: 'copy or download it again' })
}
