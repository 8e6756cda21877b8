import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isTweedieError } from '../../../src/errors.ts'
import { decodeModel } from '../../../src/engine/onnx/proto/decode.ts'
import { encodeModel } from '../../../src/engine/onnx/proto/encode.ts'
import { messageWriter, type MessageWriter } from '../../../src/engine/onnx/proto/wire.ts'
import { decodeSignature } from '../../../src/engine/onnx/proto/signature.ts'
import { attribute, dataTypes, tensorBytes, tensorProto } from '../../../src/engine/onnx/proto/model.ts'
import type {
  AttributeValue,
  DataType,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfo,
} from '../../../src/engine/onnx/proto/model.ts'

// ------------------------------------------------------------------------------------------------ random models

const text = fc.string({ unit: 'binary', maxLength: 8 })
const word = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 })
const int = fc.maxSafeInteger()
const float = fc.float()
const dtype = fc.constantFrom(...(Object.keys(dataTypes) as DataType[]))

const tensor: fc.Arbitrary<TensorProto> = fc
  .record({ name: text, dtype, shape: fc.array(fc.nat(3), { maxLength: 3 }) })
  .chain(({ name, dtype, shape }) => {
    const length = tensorBytes(dtype, shape)
    return fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => ({ name, dtype, shape, bytes: new Uint8Array(bytes) }))
  })

const valueInfo: fc.Arbitrary<ValueInfo> = fc.record(
  { name: text, dtype, shape: fc.array(fc.oneof(fc.nat(), text), { maxLength: 4 }) },
  { requiredKeys: ['name', 'dtype'] },
)

const optional = <T extends object>(arbitrary: fc.Arbitrary<Record<string, T>>) =>
  arbitrary.map((record) => (Object.keys(record).length > 0 ? record : undefined))

const { graph } = fc.letrec<{ graph: GraphProto; node: NodeProto; attribute: AttributeValue }>((tie) => ({
  attribute: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'attribute' },
    int.map(attribute.int),
    fc.array(int, { maxLength: 4 }).map(attribute.ints),
    float.map(attribute.float),
    fc.array(float, { maxLength: 4 }).map(attribute.floats),
    text.map(attribute.string),
    fc.array(text, { maxLength: 3 }).map(attribute.strings),
    tensor.map(attribute.tensor),
    tie('graph').map(attribute.graph),
  ),
  node: fc
    .record({
      opType: text,
      domain: fc.option(word, { nil: undefined }),
      name: fc.option(word, { nil: undefined }),
      inputs: fc.array(text, { maxLength: 3 }),
      outputs: fc.array(text, { maxLength: 2 }),
      attributes: optional(fc.dictionary(text, tie('attribute'), { maxKeys: 2 })),
    })
    .map(withoutUndefined),
  graph: fc.record({
    name: text,
    nodes: fc.array(tie('node'), { maxLength: 3, depthIdentifier: 'attribute' }),
    initializers: fc.array(tensor, { maxLength: 2 }),
    inputs: fc.array(valueInfo, { maxLength: 2 }),
    outputs: fc.array(valueInfo, { maxLength: 2 }),
  }),
}))

const model: fc.Arbitrary<ModelProto> = fc
  .record({
    irVersion: fc.nat(20),
    opsets: fc.dictionary(text, fc.nat(30), { maxKeys: 3 }),
    producerName: fc.option(word, { nil: undefined }),
    producerVersion: fc.option(word, { nil: undefined }),
    metadata: fc
      .dictionary(text, text, { maxKeys: 2 })
      .map((record) => (Object.keys(record).length > 0 ? record : undefined)),
    graph,
  })
  .map(withoutUndefined)

/** An optional property that is not there compares equal to one that was never written. */
function withoutUndefined<T extends object>(record: T): WithoutUndefined<T> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as WithoutUndefined<T>
}

type WithoutUndefined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

// ------------------------------------------------------------------------------------------------ tests

describe('round trip', () => {
  test('decodeModel undoes encodeModel', () => {
    fc.assert(
      fc.property(model, (value) => {
        expect(decodeModel(encodeModel(value))).toEqual(value)
      }),
    )
  })

  test('attributes keep the extremes of int and float', () => {
    const attributes = {
      big: attribute.ints([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -1, 0, 127, 128, 2 ** 31, -(2 ** 31)]),
      odd: attribute.floats([-0, Infinity, -Infinity, NaN, 2 ** -149]),
    }
    const read = decodeModel(encodeModel(oneNode({ opType: 'Any', inputs: [], outputs: [], attributes })))
    expect(read.graph.nodes[0]!.attributes).toEqual(attributes)
  })

  test('constants are read as views of the file', () => {
    const weights = tensorProto('w', 'float32', [2, 2], Float32Array.of(1, 2, 3, 4))
    const bytes = encodeModel({ ...empty, graph: { ...empty.graph, initializers: [weights] } })
    expect(decodeModel(bytes).graph.initializers[0]!.bytes.buffer).toBe(bytes.buffer)
  })
})

describe('the wire format', () => {
  test('a message may grow at any field', () => {
    const fields: readonly ((writer: MessageWriter) => void)[] = [
      (writer) => writer.int(1, -300),
      (writer) => writer.float(2, 0.5),
      (writer) => writer.bytes(3, Uint8Array.of(1, 2, 3)),
      (writer) => writer.string(4, 'plain'),
      (writer) => writer.string(5, 'größer'),
      (writer) => writer.ints(6, [1, 128, -1]),
      (writer) => writer.floats(7, [1, -2]),
      (writer) => writer.message(8, () => writer.string(9, 'inside')),
    ]
    const write = (room: number, order: readonly number[]): Uint8Array => {
      const writer = messageWriter(room)
      for (const field of order) fields[field]!(writer)
      return writer.finish()
    }
    const order = fc.array(fc.nat(fields.length - 1), { maxLength: 12 })
    fc.assert(
      fc.property(order, fc.nat(64), (list, room) => {
        expect(Buffer.from(write(room, list))).toEqual(Buffer.from(write(4096, list)))
      }),
    )
  })

  test('a small model is byte for byte what onnx.proto says', () => {
    const bytes = encodeModel({
      irVersion: 10,
      opsets: { '': 21 },
      graph: {
        name: 'g',
        nodes: [{ opType: 'Elu', inputs: ['x'], outputs: ['y'], attributes: { alpha: attribute.float(1) } }],
        initializers: [],
        inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 300] }],
        outputs: [],
      },
    })
    const node = '0a0178 120179 2203456c75' + message('2a', '0a05616c706861 150000803f a00101')
    const shape = message('12', message('0a', '12016e') + message('0a', '08ac02'))
    const input = '0a0178' + message('12', message('0a', '0801' + shape))
    const graph = message('0a', node) + '120167' + message('5a', input)
    expect(Buffer.from(bytes).toString('hex')).toBe('080a' + message('3a', graph) + message('42', '0a00 1015'))
  })

  test('typed fields and unpacked lists of other writers are understood', () => {
    // TensorProto { dims: 2 (unpacked), data_type: float, float_data: [1, -2], name: 'c' }
    const floats = '0802 1001 2208 0000803f 000000c0 420163'
    // TensorProto { dims: 1, data_type: int64, int64_data: [-1], name: 'd' }
    const ints = '0801 1007 3a0a ffffffffffffffffff01 420164'
    // TensorProto { dims: 1, data_type: bool, int32_data: 1 (unpacked), name: 'e' }
    const bool = '0801 1009 2801 420165'
    const graph = message('3a', message('2a', floats) + message('2a', ints) + message('2a', bool))
    const { initializers } = decodeModel(fromHex(`080a${graph}`)).graph
    expect(initializers.map(({ name }) => name)).toEqual(['c', 'd', 'e'])
    expect([...new Float32Array(initializers[0]!.bytes.slice().buffer)]).toEqual([1, -2])
    expect([...initializers[1]!.bytes]).toEqual(Array.from({ length: 8 }, () => 255))
    expect([...initializers[2]!.bytes]).toEqual([1])
  })
})

describe('the signature', () => {
  test('is what decoding the whole model gives', () => {
    fc.assert(
      fc.property(model, (value) => {
        const { inputs, outputs } = decodeSignature(encodeModel(value))
        const constants = new Set(value.graph.initializers.map(({ name }) => name))
        const fed = value.graph.inputs.filter(({ name }) => !constants.has(name))
        expect(inputs).toEqual(new Map(fed.map((input) => [input.name, input])))
        expect(outputs).toEqual(new Map(value.graph.outputs.map((output) => [output.name, output])))
      }),
    )
  })

  test('leaves out constants that are listed as inputs, as old writers do', () => {
    const x = { name: 'x', dtype: 'float32', shape: [1] } as const
    const w = { ...x, name: 'w' }
    const initializers = [tensorProto('w', 'float32', [1], Float32Array.of(1))]
    const bytes = encodeModel({ ...empty, graph: { ...empty.graph, inputs: [x, w], initializers } })
    expect([...decodeSignature(bytes).inputs.keys()]).toEqual(['x'])
  })
})

describe('broken input', () => {
  test('truncated or changed bytes are read or refused with a TweedieError', () => {
    const change = fc.record({ at: fc.nat(), to: fc.nat(255), keep: fc.double({ min: 0, max: 1, noNaN: true }) })
    fc.assert(
      fc.property(model, fc.array(change, { minLength: 1, maxLength: 4 }), (value, changes) => {
        let bytes = encodeModel(value)
        for (const { at, to } of changes) if (bytes.length > 0) bytes[at % bytes.length] = to
        bytes = bytes.subarray(0, Math.ceil(bytes.length * changes[0]!.keep))
        readOrRefuse(bytes)
      }),
      { numRuns: 500 },
    )
  })

  test('random bytes are read or refused with a TweedieError', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), readOrRefuse), { numRuns: 1000 })
  })

  test.each([
    ['nothing', '', 'no graph'],
    ['a length beyond the end', '3affffffff0f', 'claims 4294967295 bytes where 0 are left'],
    ['a tag cut short', '80', 'inside a number'],
    ['an endless number', '08ffffffffffffffffffffff01', 'more than ten bytes'],
    ['an unknown wire type', '0b', 'wire type 3'],
    ['a tensor of 2^40 elements and none there', '3a0b 2a09 08808080808020 1001', "constant ''"],
    ['a negative dimension', '3a0d 2a0b 08ffffffffffffffffff01', 'a dimension is -1'],
    ['external data that are nowhere', '3a06 2a04 1001 7001', 'another file, and it does not say where'],
  ])('%s', (_, hex, message) => {
    expect(() => decodeModel(fromHex(hex))).toThrow(message)
  })

  test('graphs nested without end are refused', () => {
    let graph = empty.graph
    for (let depth = 0; depth < 80; depth++) {
      graph = oneNode({ opType: 'If', inputs: [], outputs: [], attributes: { body: attribute.graph(graph) } }).graph
    }
    expect(() => decodeModel(encodeModel({ ...empty, graph }))).toThrow('nested')
  })
})

describe('what cannot be written', () => {
  test('a constant whose bytes do not fit its shape', () => {
    const wrong = tensorProto('w', 'int64', [3], new BigInt64Array(2))
    const write = () => encodeModel({ ...empty, graph: { ...empty.graph, initializers: [wrong] } })
    expect(write).toThrow("constant 'w' has 16 bytes; int64 [3] takes 24")
  })

  test('a fraction where an integer belongs', () => {
    const attributes = { axis: attribute.int(0.5) }
    expect(() => encodeModel(oneNode({ opType: 'Any', inputs: [], outputs: [], attributes }))).toThrow('0.5')
  })

  test('more than 2 GB, refused before any memory is taken', () => {
    const shared = tensorProto('w', 'uint8', [2 ** 26], new Uint8Array(2 ** 26))
    const initializers = Array.from({ length: 32 }, () => shared)
    const write = () => encodeModel({ ...empty, graph: { ...empty.graph, initializers } })
    expect(write).toThrow('at most 2')
  })
})

const empty: ModelProto = {
  irVersion: 10,
  opsets: { '': 21 },
  graph: { name: 'g', nodes: [], initializers: [], inputs: [], outputs: [] },
}

function oneNode(node: NodeProto): ModelProto {
  return { ...empty, graph: { ...empty.graph, nodes: [node] } }
}

/** A length-delimited field in hex: its tag, the length of its body, its body. */
function message(tag: string, body: string): string {
  const hex = body.replaceAll(' ', '')
  return tag + (hex.length / 2).toString(16).padStart(2, '0') + hex
}

function fromHex(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

function readOrRefuse(bytes: Uint8Array): void {
  try {
    decodeModel(bytes)
    decodeSignature(bytes)
  } catch (error) {
    if (!isTweedieError(error, 'model')) throw error
  }
}
