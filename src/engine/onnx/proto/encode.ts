/** Writes an ONNX model: every message is the list of its fields, numbered as in onnx.proto. */
import { TweedieError } from '../../../errors.ts'
import { dataTypes, tensorBytes } from './model.ts'
import type { AttributeValue, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfo } from './model.ts'
import { messageWriter } from './wire.ts'
import type { MessageWriter } from './wire.ts'

/** Codes of `AttributeProto.AttributeType`. */
export const attributeTypes = Object.freeze({
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
})

/**
 * The bytes of an `.onnx` file. Constants are copied once.
 *
 * @throws TweedieError `model` if it would take more than 2 GB, or a tensor's bytes do not fit its shape
 */
export function encodeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  const writer = messageWriter(roomFor(model.graph))
  for (const [key, value] of Object.entries(model.metadata ?? {}).toReversed()) {
    writer.message(14, () => {
      writer.string(2, value)
      writer.string(1, key)
    })
  }
  for (const [domain, version] of Object.entries(model.opsets).toReversed()) {
    writer.message(8, () => {
      writer.int(2, version)
      writer.string(1, domain)
    })
  }
  writer.message(7, () => writeGraph(writer, model.graph))
  writeOptional(writer, 3, model.producerVersion)
  writeOptional(writer, 2, model.producerName)
  writer.int(1, model.irVersion)
  return writer.finish()
}

/** The bytes of the constants, and an estimate for the nodes; those of graphs within the graph too. */
function roomFor({ initializers, nodes }: GraphProto): number {
  const within = nodes
    .flatMap(({ attributes = {} }) => Object.values(attributes))
    .filter(({ kind }) => kind === 'graph')
  const own = initializers.reduce((sum, { bytes }) => sum + bytes.length + 64, 1024) + 256 * nodes.length
  return within.reduce((sum, { value }) => sum + roomFor(value as GraphProto), own)
}

function writeGraph(writer: MessageWriter, graph: GraphProto): void {
  backwards(graph.outputs, (value) => writer.message(12, () => writeValueInfo(writer, value)))
  backwards(graph.inputs, (value) => writer.message(11, () => writeValueInfo(writer, value)))
  backwards(graph.initializers, (tensor) => writer.message(5, () => writeTensor(writer, tensor)))
  writer.string(2, graph.name)
  backwards(graph.nodes, (node) => writer.message(1, () => writeNode(writer, node)))
}

function writeNode(writer: MessageWriter, node: NodeProto): void {
  writeOptional(writer, 7, node.domain)
  backwards(Object.entries(node.attributes ?? {}), ([name, value]) =>
    writer.message(5, () => writeAttribute(writer, name, value)),
  )
  writer.string(4, node.opType)
  writeOptional(writer, 3, node.name)
  backwards(node.outputs, (name) => writer.string(2, name))
  backwards(node.inputs, (name) => writer.string(1, name))
}

function writeAttribute(writer: MessageWriter, name: string, attribute: AttributeValue): void {
  writer.int(20, attributeTypes[attribute.kind])
  writeAttributeValue(writer, attribute)
  writer.string(1, name)
}

function writeAttributeValue(writer: MessageWriter, attribute: AttributeValue): void {
  switch (attribute.kind) {
    case 'float':
      return writer.float(2, attribute.value)
    case 'int':
      return writer.int(3, attribute.value)
    case 'string':
      return writer.string(4, attribute.value)
    case 'tensor':
      return writer.message(5, () => writeTensor(writer, attribute.value))
    case 'graph':
      return writer.message(6, () => writeGraph(writer, attribute.value))
    case 'floats':
      return writer.floats(7, attribute.value)
    case 'ints':
      return writer.ints(8, attribute.value)
    case 'strings':
      return backwards(attribute.value, (text) => writer.string(9, text))
  }
}

function writeTensor(writer: MessageWriter, { name, dtype, shape, bytes, external }: TensorProto): void {
  if (external !== undefined) {
    const inOtherFile = 1
    writer.int(14, inOtherFile)
    backwards(Object.entries(external), ([key, value]) => {
      if (value === undefined) return
      writer.message(13, () => {
        writer.string(2, String(value))
        writer.string(1, key)
      })
    })
    writer.string(8, name)
    writer.int(2, dataTypes[dtype].code)
    writer.ints(1, shape)
    return
  }
  const expected = tensorBytes(dtype, shape)
  if (bytes.length !== expected) {
    throw new TweedieError(
      'model',
      `constant '${name}' has ${bytes.length} bytes; ${dtype} [${shape.join(', ')}] takes ${expected}`,
    )
  }
  writer.bytes(9, bytes)
  writer.string(8, name)
  writer.int(2, dataTypes[dtype].code)
  writer.ints(1, shape)
}

function writeValueInfo(writer: MessageWriter, { name, dtype, shape }: ValueInfo): void {
  const writeSize = (size: number | string): void =>
    typeof size === 'number' ? writer.int(1, size) : writer.string(2, size)
  const writeTensorType = (): void => {
    if (shape) writer.message(2, () => backwards(shape, (size) => writer.message(1, () => writeSize(size))))
    writer.int(1, dataTypes[dtype].code)
  }
  writer.message(2, () => writer.message(1, writeTensorType))
  writer.string(1, name)
}

function writeOptional(writer: MessageWriter, id: number, text: string | undefined): void {
  if (text !== undefined && text !== '') writer.string(id, text)
}

/** Fields are written last first. */
function backwards<T>(items: readonly T[], write: (item: T) => void): void {
  for (let i = items.length - 1; i >= 0; i--) write(items[i]!)
}
