/**
 * An ONNX model as plain read-only data: the part of onnx.proto that tweedie writes and reads.
 * `encodeModel` and `decodeModel` turn it into bytes and back.
 *
 * Reference: https://github.com/onnx/onnx/blob/main/docs/IR.md
 */

/** Element types, with their code in `TensorProto.DataType` and their width in bytes. */
export const dataTypes = Object.freeze({
  float32: Object.freeze({ code: 1, bytes: 4 }),
  uint8: Object.freeze({ code: 2, bytes: 1 }),
  int8: Object.freeze({ code: 3, bytes: 1 }),
  int32: Object.freeze({ code: 6, bytes: 4 }),
  int64: Object.freeze({ code: 7, bytes: 8 }),
  bool: Object.freeze({ code: 9, bytes: 1 }),
  float16: Object.freeze({ code: 10, bytes: 2 }),
  float64: Object.freeze({ code: 11, bytes: 8 }),
  uint16: Object.freeze({ code: 4, bytes: 2 }),
  int16: Object.freeze({ code: 5, bytes: 2 }),
  uint32: Object.freeze({ code: 12, bytes: 4 }),
  uint64: Object.freeze({ code: 13, bytes: 8 }),
  bfloat16: Object.freeze({ code: 16, bytes: 2 }),
})

export type DataType = keyof typeof dataTypes

/** A model: a graph, the operator sets it speaks and free-form metadata. */
export interface ModelProto {
  /** Version of the file format; 10 goes with opset 21. */
  readonly irVersion: number
  /** Operator set version by domain; the standard domain is `''`. */
  readonly opsets: Readonly<Record<string, number>>
  readonly producerName?: string
  readonly producerVersion?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly graph: GraphProto
}

/** Nodes in topological order. A graph that is an attribute (a branch, a loop body) also sees the names around it. */
export interface GraphProto {
  readonly name: string
  readonly nodes: readonly NodeProto[]
  readonly initializers: readonly TensorProto[]
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
}

/** One operator applied to named values. An optional input that is left out has the name `''`. */
export interface NodeProto {
  readonly opType: string
  /** Operator domain, `''` (the default) or for example `com.microsoft`. */
  readonly domain?: string
  /** Unique in its graph where given. */
  readonly name?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, AttributeValue>>
}

/** The value of an attribute; `int` and `ints` are safe integers, floats are rounded to 32 bits. */
export type AttributeValue =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: TensorProto }
  | { readonly kind: 'graph'; readonly value: GraphProto }

/** A constant: `bytes` holds the elements in row-major order, little-endian, without a copy where possible. */
export interface TensorProto {
  readonly name: string
  readonly dtype: DataType
  readonly shape: readonly number[]
  /** Empty where the elements lie in another file. */
  readonly bytes: Uint8Array
  readonly external?: ExternalPlace | undefined
}

/** Where in another file elements lie. */
export interface ExternalPlace {
  /** A path below the folder of the model, with forward slashes. */
  readonly location: string
  /** Default 0. */
  readonly offset?: number | undefined
  /** Default: up to the end. */
  readonly length?: number | undefined
}

/** The type of an input or output; a string in `shape` names a free dimension, no `shape` means unknown rank. */
export interface ValueInfo {
  readonly name: string
  readonly dtype: DataType
  readonly shape?: readonly (number | string)[]
}

/** Short constructors of attribute values: `{ axis: attribute.int(1), pads: attribute.ints([1, 1, 1, 1]) }`. */
export const attribute = Object.freeze({
  int: (value: number): AttributeValue => ({ kind: 'int', value }),
  ints: (value: readonly number[]): AttributeValue => ({ kind: 'ints', value }),
  float: (value: number): AttributeValue => ({ kind: 'float', value }),
  floats: (value: readonly number[]): AttributeValue => ({ kind: 'floats', value }),
  string: (value: string): AttributeValue => ({ kind: 'string', value }),
  strings: (value: readonly string[]): AttributeValue => ({ kind: 'strings', value }),
  tensor: (value: TensorProto): AttributeValue => ({ kind: 'tensor', value }),
  graph: (value: GraphProto): AttributeValue => ({ kind: 'graph', value }),
})

/**
 * A constant over the memory of a typed array (not copied; float16 as a Uint16Array of bits, bool as bytes).
 *
 * @example tensorProto('axes', 'int64', [2], BigInt64Array.of(2n, 3n))
 */
export function tensorProto(
  name: string,
  dtype: DataType,
  shape: readonly number[],
  data: ArrayBufferView,
): TensorProto {
  return { name, dtype, shape, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }
}

/** The number of bytes that a tensor of this type and shape takes. */
export function tensorBytes(dtype: DataType, shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, dataTypes[dtype].bytes)
}
