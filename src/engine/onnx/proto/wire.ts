/**
 * The part of the protobuf wire format that ONNX needs.
 *
 * Writing: {@link messageWriter} writes a message from its end to its start, so that the length of a nested message,
 * which stands in front of it, is known when it is written. Write the last field first.
 * Reading: {@link readFields} walks a message and checks every length against the bytes that are there.
 *
 * Reference: https://protobuf.dev/programming-guides/encoding
 */
import { TweedieError } from '../../../errors.ts'

/** Protobuf's own limit on a message. */
export const maxMessageBytes = 2 ** 31 - 1

const wireVarint = 0
const wire64 = 1
const wireBytes = 2
const wire32 = 5

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true })

// ---------------------------------------------------------------------------------------------------- writing

/** Writes fields of a message, each in front of what is there, by their numbers in the `.proto` file. */
export interface MessageWriter {
  /** A signed integer; negative ones take ten bytes. */
  int(id: number, value: number): void
  /** A 32-bit float. */
  float(id: number, value: number): void
  bytes(id: number, bytes: Uint8Array): void
  string(id: number, text: string): void
  /** Repeated integers, packed. */
  ints(id: number, values: readonly number[]): void
  /** Repeated 32-bit floats, packed. */
  floats(id: number, values: readonly number[]): void
  /** A message inside the message: its fields are what `write` writes. */
  message(id: number, write: () => void): void
  /** The whole message: the rear of a buffer that may be somewhat larger. */
  finish(): Uint8Array<ArrayBuffer>
}

/** @param room bytes to begin with; a message that takes more is copied as it grows */
export function messageWriter(room: number): MessageWriter {
  let buffer = new Uint8Array(Math.min(room, maxMessageBytes))
  let view = new DataView(buffer.buffer)
  // The bytes from here on are written.
  let start = buffer.length
  const written = (): number => buffer.length - start

  /** Moves the start down by so many bytes; the buffer may then be another. */
  const reserve = (bytes: number): number => {
    if (bytes > start) grow(bytes)
    return (start -= bytes)
  }
  const grow = (bytes: number): void => {
    const used = written()
    checkSize(used + bytes)
    const larger = new Uint8Array(Math.min(2 * (used + bytes), maxMessageBytes))
    larger.set(buffer.subarray(start), larger.length - used)
    buffer = larger
    view = new DataView(larger.buffer)
    start = larger.length - used
  }
  const varint = (value: number): void => {
    let at = reserve(varintSize(value))
    if (value < 0) {
      let rest = BigInt.asUintN(64, BigInt(value))
      for (; rest >= 0x80n; rest >>= 7n) buffer[at++] = Number(rest & 0x7fn) | 0x80
      buffer[at] = Number(rest)
      return
    }
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) buffer[at++] = (rest % 0x80) | 0x80
    buffer[at] = rest
  }
  const tag = (id: number, wireType: number): void => varint(id * 8 + wireType)
  /** Writes number and length in front of everything written since the end was at this place. */
  const delimit = (id: number, end: number): void => {
    varint(written() - end)
    tag(id, wireBytes)
  }

  const writer: MessageWriter = {
    int(id, value) {
      varint(value)
      tag(id, wireVarint)
    },
    float(id, value) {
      const at = reserve(4)
      view.setFloat32(at, value, true)
      tag(id, wire32)
    },
    bytes(id, bytes) {
      const end = written()
      const at = reserve(bytes.length)
      buffer.set(bytes, at)
      delimit(id, end)
    },
    string(id, text) {
      // A graph has tens of thousands of short names: an encoder's call for each costs more than the rest of the writing.
      if (!isAscii(text)) return writer.bytes(id, utf8.encode(text))
      const end = written()
      const at = reserve(text.length)
      for (let i = 0; i < text.length; i++) buffer[at + i] = text.charCodeAt(i)
      delimit(id, end)
    },
    ints(id, values) {
      const end = written()
      for (let i = values.length - 1; i >= 0; i--) varint(values[i]!)
      delimit(id, end)
    },
    floats(id, values) {
      const end = written()
      const at = reserve(4 * values.length)
      values.forEach((value, i) => view.setFloat32(at + 4 * i, value, true))
      delimit(id, end)
    },
    message(id, write) {
      const end = written()
      write()
      delimit(id, end)
    },
    finish: () => buffer.subarray(start),
  }
  return writer
}

function checkSize(bytes: number): void {
  if (bytes <= maxMessageBytes) return
  throw new TweedieError('model', `the model takes ${(bytes / 2 ** 30).toFixed(2)} GiB; an ONNX file holds at most 2`, {
    hint: 'make the large weights graph inputs instead of constants, or use a smaller network',
  })
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false
  return true
}

function varintSize(value: number): number {
  if (!Number.isSafeInteger(value)) throw new TweedieError('model', `${value} is not an integer that ONNX can hold`)
  if (value < 0) return 10
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  return size
}

// ---------------------------------------------------------------------------------------------------- reading

/** A field: its number and its undecoded value. */
export type RawField =
  | { readonly id: number; readonly wire: 'varint'; readonly value: bigint }
  | { readonly id: number; readonly wire: 'fixed' | 'bytes'; readonly value: Uint8Array }

/**
 * Walks the fields of a message; nested messages, strings and bytes come as views of `bytes`.
 *
 * @param passedOver messages, strings or bytes of this number are left out
 */
export function* readFields(bytes: Uint8Array, passedOver?: number): Generator<RawField> {
  let offset = 0
  const varint = (): bigint => {
    const [value, next] = readVarint(bytes, offset)
    offset = next
    return value
  }
  /** A tag or a length, which mostly takes a byte or two. */
  const short = (): number => {
    const first = bytes[offset]
    if (first === undefined) return Number(varint())
    if (first < 0x80) return (offset++, first)
    const second = bytes[offset + 1]
    if (second === undefined || second >= 0x80) return Number(varint())
    offset += 2
    return (second << 7) | (first & 0x7f)
  }
  const skip = (length: number): void => {
    if (length > bytes.length - offset) {
      throw broken(`a field claims ${length} bytes where ${bytes.length - offset} are left`)
    }
    offset += length
  }
  const take = (length: number): Uint8Array => {
    skip(length)
    return bytes.subarray(offset - length, offset)
  }
  while (offset < bytes.length) {
    const tag = short()
    const id = Math.floor(tag / 8)
    const wireType = tag % 8
    if (id === passedOver && wireType === wireBytes) skip(short())
    else if (wireType === wireVarint) yield { id, wire: 'varint', value: varint() }
    else if (wireType === wireBytes) yield { id, wire: 'bytes', value: take(short()) }
    else if (wireType === wire32) yield { id, wire: 'fixed', value: take(4) }
    else if (wireType === wire64) yield { id, wire: 'fixed', value: take(8) }
    else throw broken(`field ${id} has unknown wire type ${wireType}`)
  }
}

/** A signed integer that a double holds exactly. */
export function asInt(field: RawField): number {
  if (field.wire !== 'varint') throw broken(`field ${field.id} should be an integer`)
  return safeInt(field.value)
}

export function asFloat(field: RawField): number {
  if (field.wire !== 'fixed' || field.value.length !== 4) throw broken(`field ${field.id} should be a float`)
  return viewOf(field.value).getFloat32(0, true)
}

export function asBytes(field: RawField): Uint8Array {
  if (field.wire !== 'bytes') throw broken(`field ${field.id} should be bytes, text or a message`)
  return field.value
}

export function asString(field: RawField): string {
  return fromUtf8.decode(asBytes(field))
}

/** Repeated integers, packed or one at a time, as 64-bit two's complement. */
export function asBigInts(field: RawField): bigint[] {
  if (field.wire === 'varint') return [BigInt.asIntN(64, field.value)]
  const bytes = asBytes(field)
  const values: bigint[] = []
  for (let offset = 0; offset < bytes.length;) {
    const [value, next] = readVarint(bytes, offset)
    values.push(BigInt.asIntN(64, value))
    offset = next
  }
  return values
}

export function asInts(field: RawField): number[] {
  return asBigInts(field).map(safeInt)
}

/** Repeated floats of `width` bytes, packed or one at a time, as their bytes. */
export function asFixedBytes(field: RawField, width: 4 | 8): Uint8Array {
  if (field.wire === 'varint' || field.value.length % width !== 0) {
    throw broken(`field ${field.id} should be floats of ${width} bytes`)
  }
  return field.value
}

export function asFloats(field: RawField): number[] {
  const bytes = asFixedBytes(field, 4)
  const view = viewOf(bytes)
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true))
}

/** The error for bytes that are not protobuf, or not ONNX. */
export function broken(what: string): TweedieError {
  return new TweedieError('model', `broken ONNX model: ${what}`, {
    hint: 'the file may be truncated or not be an ONNX model; write or download it again',
  })
}

function readVarint(bytes: Uint8Array, start: number): [value: bigint, next: number] {
  let value = 0n
  for (let index = 0; index < 10; index++) {
    const byte = bytes[start + index]
    if (byte === undefined) throw broken('it ends inside a number')
    value |= BigInt(byte & 0x7f) << BigInt(7 * index)
    if (byte < 0x80) return [BigInt.asUintN(64, value), start + index + 1]
  }
  throw broken('a number takes more than ten bytes')
}

function safeInt(value: bigint): number {
  const signed = Number(BigInt.asIntN(64, value))
  if (!Number.isSafeInteger(signed)) throw broken(`the integer ${signed} is too large`)
  return signed
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
