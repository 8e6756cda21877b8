/**
 * npy, numpy's format for one array: the magic string, a version, the length of the header, the header (a Python
 * dictionary with `descr`, `fortran_order` and `shape`), then the elements.
 *
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { TweedieError } from '../../../errors.ts'
import {
  decodeArray,
  elementTypes,
  littleEndianHost,
  type ElementType,
  type NdArray,
  type NumericArray,
} from '../nd-array.ts'

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] // \x93NUMPY
const maxHeader = 0x1_0000

/** Whether bytes begin like an npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte)
}

/**
 * Reads an npy file, versions 1 to 3: integers and floats of every width, booleans (as bytes), half floats (as single
 * ones), either byte order, C or Fortran order. The result is in C order.
 *
 * @throws TweedieError `data` where the file is broken, or holds strings, objects, records or complex numbers
 */
export function parseNpy(bytes: Uint8Array): NdArray {
  const { header, start } = readHeader(bytes)
  const { type, littleEndian, fortran, shape } = parseHeader(header)
  if (!fortran) return decodeArray('npy file', bytes.subarray(start), shape, type, littleEndian)
  const reversed = decodeArray('npy file', bytes.subarray(start), shape.slice().reverse(), type, littleEndian)
  return { shape, data: transpose(reversed) }
}

/**
 * Reads an npy file of numbers or of words, `<U8` and `|S8`: words become numbers, and `names` says which.
 *
 * @throws TweedieError `data` as {@link parseNpy}
 */
export function parseNpyLabels(bytes: Uint8Array): NdArray {
  const { header, start } = readHeader(bytes)
  const [, order, letter, digits] = /['"]descr['"]\s*:\s*['"]([<>|=]?)([US])(\d+)['"]/.exec(header) ?? []
  if (letter === undefined) return parseNpy(bytes)
  const { shape, fortran } = parseLayout(header)
  const count = shape.reduce((a, b) => a * b, 1)
  const width = letter === 'U' ? 4 * Number(digits) : Number(digits)
  const body = bytes.subarray(start)
  if (body.length !== count * width || (fortran && shape.length > 1)) {
    throw new TweedieError('data', `npy file: ${count} words of ${width} bytes, but ${body.length} bytes follow`)
  }
  const words = Array.from({ length: count }, (_, i) =>
    letter === 'U'
      ? utf32(body.subarray(i * width, (i + 1) * width), order !== '>')
      : new TextDecoder().decode(body.subarray(i * width, (i + 1) * width)).replace(/\0+$/, ''),
  )
  const names = [...new Set(words)].sort()
  const places = new Map(names.map((name, i) => [name, i]))
  return { shape, data: Int32Array.from(words, (word) => places.get(word)!), names }
}

function utf32(bytes: Uint8Array, littleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const codes = Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, littleEndian))
  const end = codes.findLastIndex((code) => code !== 0) + 1
  return codes
    .slice(0, end)
    .map((code) => (code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'))
    .join('')
}

/** Writes an npy file, version 1, low byte first, C order. */
export function writeNpy(array: NdArray): Uint8Array {
  const { shape, data } = array
  if (shape.reduce((a, b) => a * b, 1) !== data.length) {
    throw new TweedieError('shape', `cannot write ${data.length} values as an array of shape [${shape.join(', ')}]`)
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const dictionary = `{'descr': '${descriptorOf(data)}', 'fortran_order': False, 'shape': ${tuple}, }`
  // The elements begin at a multiple of 64 bytes, and the header ends with a line break.
  const start = Math.ceil((10 + dictionary.length + 1) / 64) * 64
  const bytes = new Uint8Array(start + data.byteLength).fill(0x20, 0, start)
  bytes.set([...magic, 1, 0, (start - 10) & 255, (start - 10) >>> 8])
  bytes.set(new TextEncoder().encode(dictionary), 10)
  bytes[start - 1] = 0x0a
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start)
  const width = data.BYTES_PER_ELEMENT
  if (!littleEndianHost && width > 1) {
    for (let i = start; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse()
  }
  return bytes
}

/** What an npy file says before its elements. */
export interface NpyHeader {
  readonly type: ElementType
  readonly littleEndian: boolean
  readonly fortran: boolean
  readonly shape: readonly number[]
  /** Where the elements begin. */
  readonly start: number
}

/** The most bytes that the elements come after. */
export const npyHeaderBytes = 12 + maxHeader

/** Reads the header alone, of the first {@link npyHeaderBytes} of a file. @throws TweedieError `data` as {@link parseNpy} */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  const { header, start } = readHeader(bytes)
  return { ...parseHeader(header), start }
}

function readHeader(bytes: Uint8Array): { header: string; start: number } {
  if (!isNpy(bytes)) throw new TweedieError('data', 'npy file: must begin with \\x93NUMPY')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = bytes[6] ?? 0
  if (version < 1 || version > 3) throw new TweedieError('data', `npy file: version ${version}, known are 1, 2 and 3`)
  const begin = version === 1 ? 10 : 12
  if (bytes.length < begin) throw new TweedieError('data', 'npy file: cut off in the header')
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > maxHeader || begin + length > bytes.length) {
    throw new TweedieError('data', `npy file: a header of ${length} bytes in a file of ${bytes.length}`)
  }
  const start = begin + length
  return { header: new TextDecoder().decode(bytes.subarray(begin, start)), start }
}

function parseHeader(header: string) {
  const descr = /['"]descr['"]\s*:\s*(['"])([<>|=]?)([a-zA-Z]\d+)\1/.exec(header)
  const layout = parseLayout(header)
  const type = descr?.[3] ?? 'none'
  if (!isElementType(type)) {
    throw new TweedieError('data', `npy file: unsupported element type in ${JSON.stringify(header.slice(0, 120))}`, {
      hint: `numbers only: ${Object.keys(elementTypes).join(', ')}; convert with array.astype('float32')`,
    })
  }
  const littleEndian = descr![2] === '>' ? false : descr![2] === '=' ? littleEndianHost : true
  return { type, littleEndian, ...layout }
}

function parseLayout(header: string): { readonly shape: number[]; readonly fortran: boolean } {
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(header)
  const tuple = /['"]shape['"]\s*:\s*\(([\dL\s,]*)\)/.exec(header)
  if (!order || !tuple)
    throw new TweedieError('data', `npy file: broken header ${JSON.stringify(header.slice(0, 120))}`)
  const shape = tuple[1]!.split(',').flatMap((n) => (n.trim() === '' ? [] : [Number.parseInt(n, 10)]))
  return { shape, fortran: order[1] === 'True' }
}

function isElementType(text: string): text is ElementType {
  return Object.hasOwn(elementTypes, text)
}

function descriptorOf(data: NumericArray): string {
  const [type] = Object.entries(elementTypes).find(([name, of]) => name !== 'b1' && data instanceof of)!
  return `${data.BYTES_PER_ELEMENT === 1 ? '|' : '<'}${type}`
}

/** The elements of the transposed array (all axes reversed), in C order. */
function transpose({ shape, data }: NdArray): NumericArray {
  const out = data.slice()
  // Walks the result in order; the index of an axis of the result moves `strides[axis]` in the source.
  const target = shape.slice().reverse()
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)).reverse()
  const index = target.map(() => 0)
  let from = 0
  for (let i = 0; i < out.length; i++) {
    out[i] = data[from]!
    for (let axis = target.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      index[axis]! += 1
      if (index[axis]! < target[axis]!) break
      from -= strides[axis]! * target[axis]!
      index[axis] = 0
    }
  }
  return out
}
