/** A numeric array with a shape, in C order: what the array formats (IDX, npy, npz) hold. */
import { TweedieError } from '../../errors.ts'

export type NumericArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array

/** `data` has as many elements as `shape` says; a scalar has the shape []. */
export interface NdArray {
  readonly shape: readonly number[]
  readonly data: NumericArray
  /** Of words: `data` are places in this list, which is sorted. */
  readonly names?: readonly string[] | undefined
}

/** Element types, by numpy's letter and byte count. Booleans are read as bytes, half floats as single ones. */
export const elementTypes = {
  b1: Uint8Array,
  u1: Uint8Array,
  i1: Int8Array,
  u2: Uint16Array,
  i2: Int16Array,
  u4: Uint32Array,
  i4: Int32Array,
  u8: BigUint64Array,
  i8: BigInt64Array,
  f2: Uint16Array,
  f4: Float32Array,
  f8: Float64Array,
} as const

export type ElementType = keyof typeof elementTypes

/** Whether this machine stores the low byte first. */
export const littleEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

const maxRank = 32

/**
 * Copies the elements of an array out of a file. The shape is checked against the bytes that are there before anything
 * is allocated, so a header that lies costs nothing.
 *
 * @param bytes what follows the header, nothing more
 * @throws TweedieError `data` where the shape and the number of bytes do not agree
 */
export function decodeArray(
  what: string,
  bytes: Uint8Array,
  shape: readonly number[],
  type: ElementType,
  littleEndian: boolean,
): NdArray {
  if (shape.length > maxRank)
    throw new TweedieError('data', `${what}: ${shape.length} axes, at most ${maxRank} allowed`)
  const width = elementTypes[type].BYTES_PER_ELEMENT
  const expected = shape.reduce((a, b) => a * b, width)
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0) || expected !== bytes.length) {
    throw new TweedieError('data', `${what}: the header says [${shape.join(', ')}], but ${bytes.length} bytes follow`, {
      hint: Number.isSafeInteger(expected) ? `${expected} bytes were expected: is the file cut off?` : 'broken header?',
    })
  }
  const copy = new Uint8Array(bytes.length)
  copy.set(bytes)
  if (littleEndian !== littleEndianHost && width > 1) {
    for (let i = 0; i < copy.length; i += width) copy.subarray(i, i + width).reverse()
  }
  const data = new elementTypes[type](copy.buffer)
  return { shape, data: type === 'f2' ? Float32Array.from(data as Uint16Array, halfToSingle) : data }
}

/** The value of an IEEE half-precision number, given its 16 bits. */
function halfToSingle(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >>> 10) & 31
  const fraction = bits & 0x3ff
  if (exponent === 31) return fraction ? Number.NaN : sign * Infinity
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}
