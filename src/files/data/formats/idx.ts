/**
 * IDX, the format of MNIST: two zero bytes, a type code, the number of axes, their lengths (32 bits, high byte first),
 * then the elements, high byte first.
 */
import { TweedieError } from '../../../errors.ts'
import { decodeArray, type ElementType, type NdArray } from '../nd-array.ts'

const typeCodes: Readonly<Record<number, ElementType>> = {
  0x08: 'u1',
  0x09: 'i1',
  0x0b: 'i2',
  0x0c: 'i4',
  0x0d: 'f4',
  0x0e: 'f8',
}

/** Whether bytes begin like an IDX file. */
export function isIdx(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[0] === 0 && bytes[1] === 0 && typeOf(bytes) !== undefined && bytes[3]! > 0
}

/**
 * Reads an IDX file.
 *
 * @throws TweedieError `data` if it is not an IDX file, or its header and its length do not agree
 */
export function parseIdx(bytes: Uint8Array): NdArray {
  if (!isIdx(bytes)) throw new TweedieError('data', 'IDX file: must begin with two zero bytes, a type and a rank')
  const rank = bytes[3]!
  const start = 4 + 4 * rank
  if (bytes.length < start)
    throw new TweedieError('data', `IDX file: the header has ${start} bytes, got ${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  return decodeArray('IDX file', bytes.subarray(start), shape, typeOf(bytes)!, false)
}

function typeOf(bytes: Uint8Array): ElementType | undefined {
  return typeCodes[bytes[2]!]
}
