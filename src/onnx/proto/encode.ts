/** Writes an ONNX model: every message is the list of its fields, numbered as in onnx.proto. */
import { TweedieError } from '../../errors.ts'
import { dataTypes, tensorBytes } from './model.ts'
import type { AttributeValue, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfo } from './model.ts'
import {
  bytesField,
  floatField,
  floatsField,
  intField,
  intsField,
  messageField,
  stringField,
  writeMessage,
} from './wire.ts'
import type { Field } from './wire.ts'

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
 * The bytes of an `.onnx` file. Constants are copied once, into a buffer of exactly the right size.
 *
 * @throws TweedieError `model` if it would take more than 2 GB, or a tensor's bytes do not fit its shape
 */
export function encodeModel(model: ModelProto): Uint8Array<ArrayBuffer> {
  return writeMessage([
    intField(1, model.irVersion),
    ...optionalString(2, model.producerName),
    ...optionalString(3, model.producerVersion),
    messageField(7, graphFields(model.graph)),
    ...Object.entries(model.opsets).map(([domain, version]) =>
      messageField(8, [stringField(1, domain), intField(2, version)]),
    ),
    ...Object.entries(model.metadata ?? {}).map(([key, value]) =>
      messageField(14, [stringField(1, key), stringField(2, value)]),
    ),
  ])
}

function graphFields(graph: GraphProto): Field[] {
  return [
    ...graph.nodes.map((node) => messageField(1, nodeFields(node))),
    stringField(2, graph.name),
    ...graph.initializers.map((tensor) => messageField(5, tensorFields(tensor))),
    ...graph.inputs.map((value) => messageField(11, valueInfoFields(value))),
    ...graph.outputs.map((value) => messageField(12, valueInfoFields(value))),
  ]
}

function nodeFields(node: NodeProto): Field[] {
  return [
    ...node.inputs.map((name) => stringField(1, name)),
    ...node.outputs.map((name) => stringField(2, name)),
    ...optionalString(3, node.name),
    stringField(4, node.opType),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) => messageField(5, attributeFields(name, value))),
    ...optionalString(7, node.domain),
  ]
}

function attributeFields(name: string, attribute: AttributeValue): Field[] {
  return [stringField(1, name), ...attributeValueFields(attribute), intField(20, attributeTypes[attribute.kind])]
}

function attributeValueFields(attribute: AttributeValue): Field[] {
  switch (attribute.kind) {
    case 'float':
      return [floatField(2, attribute.value)]
    case 'int':
      return [intField(3, attribute.value)]
    case 'string':
      return [stringField(4, attribute.value)]
    case 'tensor':
      return [messageField(5, tensorFields(attribute.value))]
    case 'graph':
      return [messageField(6, graphFields(attribute.value))]
    case 'floats':
      return [floatsField(7, attribute.value)]
    case 'ints':
      return [intsField(8, attribute.value)]
    case 'strings':
      return attribute.value.map((text) => stringField(9, text))
  }
}

function tensorFields({ name, dtype, shape, bytes }: TensorProto): Field[] {
  const expected = tensorBytes(dtype, shape)
  if (bytes.length !== expected) {
    throw new TweedieError(
      'model',
      `constant '${name}' has ${bytes.length} bytes; ${dtype} [${shape.join(', ')}] takes ${expected}`,
    )
  }
  return [intsField(1, shape), intField(2, dataTypes[dtype].code), stringField(8, name), bytesField(9, bytes)]
}

function valueInfoFields({ name, dtype, shape }: ValueInfo): Field[] {
  const dimensions = shape?.map((size) =>
    messageField(1, [typeof size === 'number' ? intField(1, size) : stringField(2, size)]),
  )
  const tensorType = [intField(1, dataTypes[dtype].code), ...(dimensions ? [messageField(2, dimensions)] : [])]
  return [stringField(1, name), messageField(2, [messageField(1, tensorType)])]
}

function optionalString(id: number, text: string | undefined): Field[] {
  return text === undefined || text === '' ? [] : [stringField(id, text)]
}
