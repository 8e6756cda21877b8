/**
 * safetensors: named tensors in one file, a length, a JSON header and the raw little-endian data.
 * Reading is strict, because the bytes may come from anywhere: every false statement in the header is a `model` error
 * that names the tensor, and nothing is allocated before a size was checked against the bytes. Tensors are views, not
 * copies.
 *
 * @see https://huggingface.co/docs/safetensors (format)
 */
import { TweedieError } from '../../errors.ts'
import { decodeBFloat16, decodeFloat16 } from './half.ts'
import { findDuplicateKey } from './json.ts'

/** What a dtype's data is seen through. Sixteen-bit floats stay raw bits: see {@link toFloat32}. */
const views = {
  F64: Float64Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  F16: Uint16Array,
  BF16: Uint16Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
  BOOL: Uint8Array,
} as const

/** The dtypes that can be read and written, by their safetensors names. */
export type SafeDType = keyof typeof views

/** The data of a tensor: a view of its bytes. */
export type SafeData =
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array

/** A named tensor's content. `data` has as many elements as the product of `shape`. */
export interface SafeTensor {
  readonly dtype: SafeDType
  readonly shape: readonly number[]
  readonly data: SafeData
}

/** A tensor to write; without `dtype` it follows from the kind of array (`Uint16Array` is `U16`, `Uint8Array` `U8`). */
export type SafeTensorInput = Omit<SafeTensor, 'dtype'> & { readonly dtype?: SafeDType }

/** Where a tensor lies: bytes `begin` (inclusive) to `end` (exclusive), counted from the end of the header. */
export interface SafeEntry {
  readonly name: string
  readonly dtype: SafeDType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/** A header that was checked against the length of its file. Entries are in the order of their data. */
export interface SafeHeader {
  readonly entries: readonly SafeEntry[]
  readonly metadata: Readonly<Record<string, string>>
  /** Where the data begins: 8 + the header's length. */
  readonly dataOffset: number
}

/** No header is longer (100 MB, the limit of the format's own library). */
const maxHeaderLength = 100_000_000

/**
 * The length of the JSON header, from a file's first 8 bytes.
 *
 * @param bytes at least the first 8 bytes of the file
 * @param totalLength the length of the whole file in bytes
 * @param source what to call it in errors
 */
export function parseHeaderLength(bytes: Uint8Array, totalLength: number, source = 'safetensors'): number {
  if (bytes.length < 8) throw broken(source, `${bytes.length} bytes are too few for a header (at least 8)`)
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
  if (length > BigInt(Math.min(totalLength - 8, maxHeaderLength))) {
    throw broken(source, `the header claims ${length} bytes, but the file has ${totalLength - 8} after its length`)
  }
  return Number(length)
}

/**
 * Reads and checks the header.
 *
 * @param bytes the file, or at least its first 8 + header length bytes
 * @param totalLength the length of the whole file in bytes
 * @param source what to call it in errors
 * @throws TweedieError `model` for anything that violates the format
 */
export function parseHeader(bytes: Uint8Array, totalLength = bytes.length, source = 'safetensors'): SafeHeader {
  const length = parseHeaderLength(bytes, totalLength, source)
  if (bytes.length < 8 + length) throw broken(source, `the header of ${length} bytes is cut off`)
  const json = parseJson(bytes.subarray(8, 8 + length), source)
  const dataLength = totalLength - 8 - length
  const entries = Object.entries(json)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, entry]) => parseEntry(name, entry, dataLength, source))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  let position = 0
  for (const { name, begin, end } of entries) {
    if (begin < position) throw broken(source, `tensor ${quote(name)} overlaps the one before it at byte ${begin}`)
    if (begin > position) throw broken(source, `there is a hole of ${begin - position} bytes before ${quote(name)}`)
    position = end
  }
  if (position !== dataLength) throw broken(source, `tensors cover ${position} of ${dataLength} data bytes`)
  return { entries, metadata: parseMetadata(json['__metadata__'], source), dataOffset: 8 + length }
}

/**
 * Reads a safetensors file that is in memory.
 *
 * @param bytes the file; tensors are views of it (copies only where its start is not aligned to 8 bytes)
 * @param source what to call it in errors, such as its path
 * @returns `tensors` by name in the order of their data, and the file's own `metadata`
 * @throws TweedieError `model` that says which tensor is wrong and how
 * @example
 * const { tensors } = readSafetensors(writeSafetensors({ w: { shape: [2], data: new Float32Array([1, 2]) } }))
 * tensors.get('w') // { dtype: 'F32', shape: [2], data: Float32Array [1, 2] }
 */
export function readSafetensors(
  bytes: Uint8Array,
  source = 'safetensors',
): { tensors: Map<string, SafeTensor>; metadata: Readonly<Record<string, string>> } {
  const header = parseHeader(bytes, bytes.length, source)
  const data = bytes.subarray(header.dataOffset)
  return { tensors: viewTensors(header, data), metadata: header.metadata }
}

/** Tensors as views of the file's data part, `data` being what follows the header. */
export function viewTensors(header: SafeHeader, data: Uint8Array): Map<string, SafeTensor> {
  return new Map(
    header.entries.map(({ name, dtype, shape, begin, end }) => {
      const size = views[dtype].BYTES_PER_ELEMENT
      const bytes = data.subarray(begin, end)
      const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes)
      const view = new views[dtype](buffer as ArrayBuffer, byteOffset, (end - begin) / size)
      return [name, { dtype, shape, data: view }]
    }),
  )
}

/**
 * Writes a safetensors file into memory. Equal content gives equal bytes: tensors are ordered by falling element size, so
 * that each is aligned, then by name, and metadata by key; the data begins at a multiple of 8.
 *
 * @param tensors by name
 * @param metadata strings that travel along; `format: 'pt'` is what Python's loaders expect
 * @throws TweedieError `shape` when an array does not have as many elements as its shape says
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, SafeTensorInput> | Readonly<Record<string, SafeTensorInput>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const named = tensors instanceof Map ? [...tensors] : Object.entries(tensors as Record<string, SafeTensorInput>)
  const sorted = named
    .map(([name, tensor]) => ({ name, ...checkTensor(name, tensor) }))
    .sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT || compare(a.name, b.name))
  const header: [string, unknown][] = []
  if (Object.keys(metadata).length > 0) {
    header.push(['__metadata__', Object.fromEntries(Object.entries(metadata).sort((a, b) => compare(a[0], b[0])))])
  }
  let position = 0
  for (const { name, dtype, shape, data } of sorted) {
    const end = position + data.byteLength
    header.push([name, { dtype, shape, data_offsets: [position, end] }])
    position = end
  }
  // Written entry by entry: an object would move names that look like integers to the front.
  const json = `{${header.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`
  const text = new TextEncoder().encode(json)
  const length = Math.ceil(text.length / 8) * 8
  const bytes = new Uint8Array(8 + length + position)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true)
  bytes.fill(0x20, 8, 8 + length)
  bytes.set(text, 8)
  let offset = 8 + length
  for (const { data } of sorted) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset)
    offset += data.byteLength
  }
  return bytes
}

/** A tensor's values as floats: `F32` as it is, without a copy; every other dtype converted. */
export function toFloat32(tensor: SafeTensor): Float32Array {
  const { dtype, data } = tensor
  if (data instanceof Float32Array) return data
  if (dtype === 'F16') return decodeFloat16(data as Uint16Array)
  if (dtype === 'BF16') return decodeBFloat16(data as Uint16Array)
  return Float32Array.from(data as ArrayLike<number | bigint>, Number)
}

function parseJson(bytes: Uint8Array, source: string): Record<string, unknown> {
  let json: unknown
  let duplicate: string | undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    json = JSON.parse(text)
    duplicate = findDuplicateKey(text)
  } catch (cause) {
    throw broken(source, 'the header is not JSON: is this a safetensors file?', cause)
  }
  if (!isObject(json)) throw broken(source, 'the header is not a JSON object')
  if (duplicate !== undefined) throw broken(source, `${quote(duplicate)} occurs twice in the header`)
  return json
}

function parseEntry(name: string, entry: unknown, dataLength: number, source: string): SafeEntry {
  const fail = (what: string): TweedieError => broken(source, `tensor ${quote(name)} ${what}`)
  if (!isObject(entry)) throw fail('has no description')
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(views, dtype)) {
    throw fail(`has dtype ${show(dtype)}; known are ${Object.keys(views).join(', ')}`)
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) throw fail(`has shape ${show(shape)}; expected sizes ≥ 0`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) {
    throw fail(`has data_offsets ${show(offsets)}; expected two byte positions`)
  }
  const [begin, end] = offsets as [number, number]
  if (begin > end || end > dataLength) throw fail(`lies at bytes ${begin} to ${end} of ${dataLength}`)
  const expected = countElements(shape as number[]) * views[dtype as SafeDType].BYTES_PER_ELEMENT
  if (end - begin !== expected) throw fail(`needs ${expected} bytes for ${dtype} ${show(shape)} but has ${end - begin}`)
  return { name, dtype: dtype as SafeDType, shape: shape as number[], begin, end }
}

function parseMetadata(metadata: unknown, source: string): Record<string, string> {
  if (metadata === undefined) return {}
  if (!isObject(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw broken(source, '__metadata__ is not an object of strings')
  }
  return metadata as Record<string, string>
}

function checkTensor(name: string, { dtype, shape, data }: SafeTensorInput): SafeTensor {
  const type = dtype ?? (Object.keys(views) as SafeDType[]).find((key) => isNative(key) && data instanceof views[key])
  if (type === undefined || !(data instanceof views[type])) {
    throw new TweedieError('shape', `tensor ${quote(name)}: ${data.constructor.name} cannot be written as ${dtype}`)
  }
  if (name === '__metadata__') throw new TweedieError('shape', 'no tensor can be called "__metadata__"')
  if (!shape.every(isCount) || countElements(shape) !== data.length) {
    throw new TweedieError('shape', `tensor ${quote(name)}: shape ${show(shape)} does not fit ${data.length} elements`)
  }
  return { dtype: type, shape, data }
}

/** Whether a dtype is what its array is by itself, rather than an interpretation of it. */
function isNative(dtype: SafeDType): boolean {
  return dtype !== 'F16' && dtype !== 'BF16' && dtype !== 'BOOL'
}

/** The product of a shape; sizes beyond 2^53 become inexact, but no file is that long. */
function countElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 79)}…` : name)
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'none'
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

function broken(source: string, what: string, cause?: unknown): TweedieError {
  return new TweedieError('model', `${source}: ${what}`, {
    hint: 'the file is damaged or not safetensors; fetch or write it again',
    cause,
  })
}
