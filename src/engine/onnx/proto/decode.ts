/**
 * Reads an ONNX model. Fields that tweedie has no use for (documentation, intermediate value types) are skipped;
 * fields that change the meaning (sparse tensors, unknown element types) are refused.
 */
import { joinBytes } from '../../../join-bytes.ts'
import { attributeTypes } from './encode.ts'
import { dataTypes, tensorBytes } from './model.ts'
import type {
  AttributeValue,
  DataType,
  ExternalPlace,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfo,
} from './model.ts'
import {
  asBigInts,
  asBytes,
  asFixedBytes,
  asFloat,
  asFloats,
  asInt,
  asInts,
  asString,
  broken,
  readFields,
} from './wire.ts'
import type { RawField } from './wire.ts'

/** The greatest depth of graphs within graphs (branches, loop bodies). */
const maxGraphDepth = 64

const dtypeByCode = new Map<number, DataType>(
  Object.entries(dataTypes).map(([dtype, { code }]) => [code, dtype as DataType]),
)
const kindByCode = new Map<number, AttributeValue['kind']>(
  Object.entries(attributeTypes).map(([kind, code]) => [code, kind as AttributeValue['kind']]),
)

/**
 * The model in the bytes of an `.onnx` file. Constants are views of `bytes`, not copies.
 *
 * @throws TweedieError `model` where the bytes are truncated, broken or use what tweedie does not read
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  let irVersion = 0
  let producerName: string | undefined
  let producerVersion: string | undefined
  let graph: GraphProto | undefined
  const opsets: [string, number][] = []
  const metadata: [string, string][] = []
  for (const field of readFields(bytes)) {
    if (field.id === 1) irVersion = asInt(field)
    else if (field.id === 2) producerName = asString(field)
    else if (field.id === 3) producerVersion = asString(field)
    else if (field.id === 7) graph = decodeGraph(asBytes(field), 0)
    else if (field.id === 8) opsets.push(decodeOpset(asBytes(field)))
    else if (field.id === 14) metadata.push(decodeEntry(asBytes(field)))
    else if (field.id === 25) throw broken('it defines functions of its own, which tweedie does not read')
  }
  if (!graph) throw broken('it has no graph')
  return {
    irVersion,
    opsets: Object.fromEntries(opsets),
    ...(producerName !== undefined && { producerName }),
    ...(producerVersion !== undefined && { producerVersion }),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
    graph,
  }
}

function decodeOpset(bytes: Uint8Array): [domain: string, version: number] {
  let domain = ''
  let version = 0
  for (const field of readFields(bytes)) {
    if (field.id === 1) domain = asString(field)
    else if (field.id === 2) version = asInt(field)
  }
  return [domain, version]
}

function decodeEntry(bytes: Uint8Array): [key: string, value: string] {
  let key = ''
  let value = ''
  for (const field of readFields(bytes)) {
    if (field.id === 1) key = asString(field)
    else if (field.id === 2) value = asString(field)
  }
  return [key, value]
}

function decodeGraph(bytes: Uint8Array, depth: number): GraphProto {
  if (depth > maxGraphDepth) throw broken(`graphs are nested more than ${maxGraphDepth} deep`)
  let name = ''
  const nodes: NodeProto[] = []
  const initializers: TensorProto[] = []
  const inputs: ValueInfo[] = []
  const outputs: ValueInfo[] = []
  for (const field of readFields(bytes)) {
    if (field.id === 1) nodes.push(decodeNode(asBytes(field), depth))
    else if (field.id === 2) name = asString(field)
    else if (field.id === 5) initializers.push(decodeTensor(asBytes(field)))
    else if (field.id === 11) inputs.push(decodeValueInfo(asBytes(field)))
    else if (field.id === 12) outputs.push(decodeValueInfo(asBytes(field)))
    else if (field.id === 15) throw broken('it holds sparse tensors, which tweedie does not read')
  }
  return { name, nodes, initializers, inputs, outputs }
}

function decodeNode(bytes: Uint8Array, depth: number): NodeProto {
  let opType = ''
  let name: string | undefined
  let domain: string | undefined
  const inputs: string[] = []
  const outputs: string[] = []
  const attributes: [string, AttributeValue][] = []
  for (const field of readFields(bytes)) {
    if (field.id === 1) inputs.push(asString(field))
    else if (field.id === 2) outputs.push(asString(field))
    else if (field.id === 3) name = asString(field)
    else if (field.id === 4) opType = asString(field)
    else if (field.id === 5) attributes.push(decodeAttribute(asBytes(field), depth))
    else if (field.id === 7) domain = asString(field)
  }
  return {
    opType,
    ...(domain !== undefined && { domain }),
    ...(name !== undefined && { name }),
    inputs,
    outputs,
    ...(attributes.length > 0 && { attributes: Object.fromEntries(attributes) }),
  }
}

function decodeAttribute(bytes: Uint8Array, depth: number): [name: string, value: AttributeValue] {
  const fields = [...readFields(bytes)]
  const last = (id: number): RawField | undefined => fields.findLast((field) => field.id === id)
  const all = (id: number): RawField[] => fields.filter((field) => field.id === id)
  const read = <T>(id: number, as: (field: RawField) => T): T => {
    const field = last(id)
    if (!field) throw broken(`attribute '${name}' has no value`)
    return as(field)
  }
  const nameField = last(1)
  const name = nameField ? asString(nameField) : ''
  const typeField = last(20)
  const kind = typeField && kindByCode.get(asInt(typeField))
  switch (kind) {
    case 'float':
      return [name, { kind, value: last(2) ? read(2, asFloat) : 0 }]
    case 'int':
      return [name, { kind, value: last(3) ? read(3, asInt) : 0 }]
    case 'string':
      return [name, { kind, value: last(4) ? read(4, asString) : '' }]
    case 'tensor':
      return [name, { kind, value: decodeTensor(read(5, asBytes)) }]
    case 'graph':
      return [name, { kind, value: decodeGraph(read(6, asBytes), depth + 1) }]
    case 'floats':
      return [name, { kind, value: all(7).flatMap(asFloats) }]
    case 'ints':
      return [name, { kind, value: all(8).flatMap(asInts) }]
    case 'strings':
      return [name, { kind, value: all(9).map(asString) }]
    case undefined:
      throw broken(`attribute '${name}' has a type that tweedie does not read`)
  }
}

function decodeTensor(message: Uint8Array): TensorProto {
  let name = ''
  let dtype: DataType | undefined
  let raw: Uint8Array | undefined
  let shape: number[] = []
  let isExternal = false
  const places: [string, string][] = []
  const typed: RawField[] = []
  for (const field of readFields(message)) {
    if (field.id === 1) shape = shape.concat(sizes(asInts(field)))
    else if (field.id === 2) dtype = dtypeOf(asInt(field))
    else if (field.id === 8) name = asString(field)
    else if (field.id === 9) raw = asBytes(field)
    else if (field.id === 13) places.push(decodeEntry(asBytes(field)))
    else if (field.id === 14) isExternal = asInt(field) !== 0
    else if (field.id === 4 || field.id === 5 || field.id === 7 || field.id === 10) typed.push(field)
  }
  if (!dtype) throw broken(`constant '${name}' has no element type`)
  if (isExternal) return { name, dtype, shape, bytes: new Uint8Array(), external: placeOf(name, places) }
  const bytes = raw ?? packTyped(dtype, typed)
  if (bytes.length !== tensorBytes(dtype, shape)) {
    throw broken(`constant '${name}', ${dtype} [${shape.join(', ')}], has ${bytes.length} bytes`)
  }
  return { name, dtype, shape, bytes }
}

/** Where a constant's elements lie: `location`, `offset`, `length`, as texts. */
function placeOf(name: string, entries: readonly (readonly [string, string])[]): ExternalPlace {
  const { location, offset, length } = Object.fromEntries(entries) as { [Key in keyof ExternalPlace]?: string }
  const [from, size] = [offset, length].map((text) => (text === undefined ? undefined : Number(text)))
  const fits = [from, size].every((value) => value === undefined || (Number.isSafeInteger(value) && value >= 0))
  if (!location || !fits) throw broken(`constant '${name}' lies in another file, and it does not say where`)
  return { location, ...(from !== undefined && { offset: from }), ...(size !== undefined && { length: size }) }
}

/** Elements that were written in the typed field of their kind instead of as raw bytes. */
function packTyped(dtype: DataType, fields: readonly RawField[]): Uint8Array {
  const { bytes: width } = dataTypes[dtype]
  if (dtype === 'float32' || dtype === 'float64') {
    return concat(fields.map((field) => asFixedBytes(field, width === 4 ? 4 : 8)))
  }
  const values = fields.flatMap(asBigInts)
  const bytes = new Uint8Array(values.length * width)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) {
    if (width === 8) view.setBigInt64(index * 8, value, true)
    else if (width === 4) view.setInt32(index * 4, Number(BigInt.asIntN(32, value)), true)
    else if (width === 2) view.setUint16(index * 2, Number(BigInt.asUintN(16, value)), true)
    else bytes[index] = Number(BigInt.asUintN(8, value))
  }
  return bytes
}

const concat = (parts: readonly Uint8Array[]): Uint8Array => (parts.length === 1 ? parts[0]! : joinBytes(parts))

/** The type of an input or output: ValueInfoProto { name, type { tensor_type { elem_type, shape { dim { dim_value | dim_param } } } } }. */
export function decodeValueInfo(bytes: Uint8Array): ValueInfo {
  let name = ''
  let dtype: DataType | undefined
  let shape: (number | string)[] | undefined
  for (const field of readFields(bytes)) {
    if (field.id === 1) name = asString(field)
    else if (field.id === 2) {
      for (const type of readFields(asBytes(field))) {
        if (type.id !== 1) throw broken(`'${name}' is not a tensor`)
        for (const part of readFields(asBytes(type))) {
          if (part.id === 1) dtype = dtypeOf(asInt(part))
          else if (part.id === 2) shape = decodeShape(asBytes(part))
        }
      }
    }
  }
  if (!dtype) throw broken(`'${name}' has no element type`)
  return { name, dtype, ...(shape && { shape }) }
}

function decodeShape(bytes: Uint8Array): (number | string)[] {
  const shape: (number | string)[] = []
  for (const field of readFields(bytes)) {
    if (field.id !== 1) continue
    let dimension: number | string = ''
    for (const part of readFields(asBytes(field))) {
      if (part.id === 1) dimension = sizes([asInt(part)])[0]!
      else if (part.id === 2) dimension = asString(part)
    }
    shape.push(dimension)
  }
  return shape
}

function dtypeOf(code: number): DataType {
  const dtype = dtypeByCode.get(code)
  if (!dtype) throw broken(`element type ${code} is not one that tweedie reads`)
  return dtype
}

function sizes(values: number[]): number[] {
  const negative = values.find((value) => value < 0)
  if (negative !== undefined) throw broken(`a dimension is ${negative}`)
  return values
}
