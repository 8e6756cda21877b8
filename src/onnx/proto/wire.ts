/**
 * The protobuf wire format, as little of it as ONNX needs.
 *
 * Writing: a message is a list of {@link Field}s, which know their size before they are written, so that a whole model
 * goes into one buffer of the right size and large bytes are copied once.
 * Reading: {@link readFields} walks a message and checks every length against the bytes that are there.
 *
 * Reference: https://protobuf.dev/programming-guides/encoding
 */
import { TweedieError } from '../../errors.ts'

/** One field of a message: its size in bytes, tag included, and how to write it. */
export interface Field {
  readonly size: number
  write(cursor: Cursor): void
}

/** Where the next byte goes. */
export interface Cursor {
  readonly bytes: Uint8Array
  readonly view: DataView
  offset: number
}

/** Protobuf's own limit on a message. */
export const maxMessageBytes = 2 ** 31 - 1

const wireVarint = 0
const wire64 = 1
const wireBytes = 2
const wire32 = 5

const utf8 = new TextEncoder()
const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true })

// ---------------------------------------------------------------------------------------------------- writing

/** A signed integer; negative ones take ten bytes. */
export function intField(id: number, value: number): Field {
  const tag = tagOf(id, wireVarint)
  return {
    size: varintSize(tag) + varintSize(value),
    write(cursor) {
      writeVarint(cursor, tag)
      writeVarint(cursor, value)
    },
  }
}

/** A 32-bit float. */
export function floatField(id: number, value: number): Field {
  const tag = tagOf(id, wire32)
  return {
    size: varintSize(tag) + 4,
    write(cursor) {
      writeVarint(cursor, tag)
      cursor.view.setFloat32(cursor.offset, value, true)
      cursor.offset += 4
    },
  }
}

/** Raw bytes, copied when they are written. */
export function bytesField(id: number, bytes: Uint8Array): Field {
  return delimitedField(id, bytes.length, (cursor) => {
    cursor.bytes.set(bytes, cursor.offset)
    cursor.offset += bytes.length
  })
}

export function stringField(id: number, text: string): Field {
  // A graph has tens of thousands of short names: an encoder's call for each costs more than the rest of the writing.
  if (!isAscii(text)) return bytesField(id, utf8.encode(text))
  return delimitedField(id, text.length, (cursor) => {
    for (let i = 0; i < text.length; i++) cursor.bytes[cursor.offset++] = text.charCodeAt(i)
  })
}

/** Repeated integers, packed. */
export function intsField(id: number, values: readonly number[]): Field {
  return delimitedField(id, total(values.map(varintSize)), (cursor) => {
    for (const value of values) writeVarint(cursor, value)
  })
}

/** Repeated 32-bit floats, packed. */
export function floatsField(id: number, values: readonly number[]): Field {
  return delimitedField(id, values.length * 4, (cursor) => {
    for (const value of values) {
      cursor.view.setFloat32(cursor.offset, value, true)
      cursor.offset += 4
    }
  })
}

/** A message inside a message. */
export function messageField(id: number, fields: readonly Field[]): Field {
  return delimitedField(id, total(fields.map((field) => field.size)), (cursor) => {
    for (const field of fields) field.write(cursor)
  })
}

/** Writes a message into one buffer of exactly its size. */
export function writeMessage(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const size = total(fields.map((field) => field.size))
  if (size > maxMessageBytes) {
    throw new TweedieError(
      'model',
      `the model takes ${(size / 2 ** 30).toFixed(2)} GiB; an ONNX file holds at most 2`,
      {
        hint: 'make the large weights graph inputs instead of constants, or use a smaller network',
      },
    )
  }
  const bytes = new Uint8Array(size)
  const cursor: Cursor = { bytes, view: new DataView(bytes.buffer), offset: 0 }
  for (const field of fields) field.write(cursor)
  return bytes
}

function delimitedField(id: number, length: number, write: (cursor: Cursor) => void): Field {
  const tag = tagOf(id, wireBytes)
  return {
    size: varintSize(tag) + varintSize(length) + length,
    write(cursor) {
      writeVarint(cursor, tag)
      writeVarint(cursor, length)
      write(cursor)
    },
  }
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false
  return true
}

function tagOf(id: number, wireType: number): number {
  return id * 8 + wireType
}

function varintSize(value: number): number {
  if (!Number.isSafeInteger(value)) throw new TweedieError('model', `${value} is not an integer that ONNX can hold`)
  if (value < 0) return 10
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++
  return size
}

function writeVarint(cursor: Cursor, value: number): void {
  if (value < 0) {
    let rest = BigInt.asUintN(64, BigInt(value))
    for (; rest >= 0x80n; rest >>= 7n) cursor.bytes[cursor.offset++] = Number(rest & 0x7fn) | 0x80
    cursor.bytes[cursor.offset++] = Number(rest)
    return
  }
  let rest = value
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) cursor.bytes[cursor.offset++] = (rest % 0x80) | 0x80
  cursor.bytes[cursor.offset++] = rest
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0)
}

// ---------------------------------------------------------------------------------------------------- reading

/** A field as it was found: its number and its undecoded value. */
export type RawField =
  | { readonly id: number; readonly wire: 'varint'; readonly value: bigint }
  | { readonly id: number; readonly wire: 'fixed' | 'bytes'; readonly value: Uint8Array }

/** Walks the fields of a message; nested messages, strings and bytes come as views of `bytes`. */
export function* readFields(bytes: Uint8Array): Generator<RawField> {
  let offset = 0
  const varint = (): bigint => {
    const [value, next] = readVarint(bytes, offset)
    offset = next
    return value
  }
  const take = (length: bigint): Uint8Array => {
    if (length > BigInt(bytes.length - offset)) {
      throw broken(`a field claims ${length} bytes where ${bytes.length - offset} are left`)
    }
    offset += Number(length)
    return bytes.subarray(offset - Number(length), offset)
  }
  while (offset < bytes.length) {
    const tag = varint()
    const id = Number(tag >> 3n)
    const wireType = Number(tag & 7n)
    if (wireType === wireVarint) yield { id, wire: 'varint', value: varint() }
    else if (wireType === wireBytes) yield { id, wire: 'bytes', value: take(varint()) }
    else if (wireType === wire32) yield { id, wire: 'fixed', value: take(4n) }
    else if (wireType === wire64) yield { id, wire: 'fixed', value: take(8n) }
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

/** The error for bytes that are no protobuf, or no ONNX. */
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
