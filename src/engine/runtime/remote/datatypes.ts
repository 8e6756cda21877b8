/** The element types of the Open Inference Protocol, and ours. */
import { tensorArrays, type TensorType, type TypedArray } from '../session.ts'

/** The protocol's name of each of our element types. */
export const datatypes: Readonly<Record<TensorType, string>> = Object.freeze({
  bool: 'BOOL',
  uint8: 'UINT8',
  int32: 'INT32',
  int64: 'INT64',
  float16: 'FP16',
  bfloat16: 'BF16',
  float32: 'FP32',
  float64: 'FP64',
})

const types = new Map(Object.entries(datatypes).map(([type, name]) => [name, type as TensorType]))

/** Our element type for a name of the protocol; undefined for one that is not known here, such as `BYTES`. */
export const typeNamed = (datatype: string): TensorType | undefined => types.get(datatype)

/** Elements as raw bytes, little-endian, without a copy. */
export function rawBytes(data: TypedArray): Uint8Array<ArrayBuffer> {
  // All engines run on little-endian machines: the bytes of an array are those of the protocol.
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
}

/** An array of a type over a copy of raw bytes: the place of the bytes need not be a multiple of their width. */
export function arrayOf(dtype: TensorType, bytes: Uint8Array): TypedArray {
  return new tensorArrays[dtype](Uint8Array.from(bytes).buffer)
}

/** Bytes of one element. */
export const widthOf = (dtype: TensorType): number => tensorArrays[dtype].BYTES_PER_ELEMENT
