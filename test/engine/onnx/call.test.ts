/** Files that graphs call: versions of operators, graphs within graphs, several calls. */
import { expect, test } from 'vitest'
import { add, call, graphFile, input, mul, mean, relu, type Tensor } from '../../../src/engine/graph/index.ts'
import { encodeModel } from '../../../src/engine/onnx/proto/encode.ts'
import { attribute, type NodeProto, tensorProto, type TensorProto } from '../../../src/engine/onnx/proto/model.ts'
import { toOnnx } from '../../../src/engine/onnx/to-onnx.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'

const engine = await nodeEngine()

const float = (name: string, shape: (number | string)[]) => ({ name, dtype: 'float32' as const, shape })
const file = (nodes: NodeProto[], initializers: TensorProto[], opset: number, outputs = ['b']) =>
  graphFile(
    'given.onnx',
    encodeModel({
      irVersion: 8,
      opsets: { '': opset },
      graph: {
        name: 'g',
        nodes,
        initializers,
        inputs: [float('a', ['n', 2])],
        outputs: outputs.map((name) => float(name, ['n', 2])),
      },
    }),
  )
const two = tensorProto('two', 'float32', [1], Float32Array.of(2))

async function run(outputs: Record<string, Tensor>, x: number[]) {
  using program = await compile(outputs, engine)
  const results = await program.run({ x: Float32Array.from(x) })
  return Object.fromEntries(Object.entries(results).map(([name, data]) => [name, [...data]]))
}

test('a file called twice, within a graph of ours: names of both may be alike', async () => {
  const double = file([{ opType: 'Mul', inputs: ['a', 'two'], outputs: ['b'] }], [two], 13)
  const x = input('x', [1, 2])
  const once = call(double, { a: add(x, 1) }, { name: 'b', shape: [1, 2] })
  const twice = call(double, { a: once }, { name: 'b', shape: [1, 2] })
  expect(await run({ y: mul(twice, x), z: once }, [1, -3])).toEqual({ y: [8, 24], z: [4, -4] })
})

test('a branch within it sees the names around', async () => {
  const branch = (opType: string) => ({
    name: opType,
    nodes: [{ opType, inputs: ['a', 'two'], outputs: [`${opType}_of`] }],
    initializers: [],
    inputs: [],
    outputs: [float(`${opType}_of`, ['n', 2])],
  })
  const nodes: NodeProto[] = [
    { opType: 'ReduceSum', inputs: ['a'], outputs: ['sum'], attributes: { keepdims: attribute.int(0) } },
    { opType: 'Less', inputs: ['two', 'sum'], outputs: ['is'] },
    {
      opType: 'If',
      inputs: ['is'],
      outputs: ['b'],
      attributes: { then_branch: attribute.graph(branch('Mul')), else_branch: attribute.graph(branch('Sub')) },
    },
  ]
  const given = file(nodes, [two], 13)
  const y = call(given, { a: input('x', [1, 2]) }, { name: 'b', shape: [1, 2] })
  expect(await run({ y }, [3, 4])).toEqual({ y: [6, 8] })
  expect(await run({ y }, [0, 1])).toEqual({ y: [-2, -1] })
})

test('several outputs share the nodes', () => {
  const given = file(
    [
      { opType: 'Mul', inputs: ['a', 'two'], outputs: ['b'] },
      { opType: 'Add', inputs: ['b', 'two'], outputs: ['c'] },
    ],
    [two],
    21,
    ['b', 'c'],
  )
  const x = input('x', [1, 2])
  const [b, c] = ['b', 'c'].map((name) => call(given, { a: x }, { name, shape: [1, 2] }))
  const model = toOnnx({ b: b!, c: c! })
  expect(model.graph.nodes.filter(({ opType }) => opType === 'Mul')).toHaveLength(1)
  expect(model.graph.initializers).toHaveLength(1)
})

test('the version of operators is one at which all mean what they were written for, or it is refused', async () => {
  const softmax = file([{ opType: 'Softmax', inputs: ['a'], outputs: ['b'] }], [], 12)
  const x = input('x', [1, 2])
  const y = call(softmax, { a: relu(x) }, { name: 'b', shape: [1, 2] })
  expect(toOnnx({ y }).opsets).toEqual({ '': 12 })
  expect((await run({ y }, [0, 0])).y).toEqual([0.5, 0.5])
  // sums of ours are of version 13 and later
  expect(() => toOnnx({ y: mean(y) })).toThrow(
    /given.onnx is of operator set 12, in which the graph around .* ReduceSum/,
  )
  const add2 = file([{ opType: 'Add', inputs: ['a', 'two'], outputs: ['b'] }], [two], 12)
  const z = call(add2, { a: x }, { name: 'b', shape: [1, 2] })
  expect(toOnnx({ z: mean(z) }).opsets).toEqual({ '': 21 })
})

test('what does not fit is refused by name', () => {
  const double = file([{ opType: 'Mul', inputs: ['a', 'two'], outputs: ['b'] }], [two], 13)
  const x = input('x', [1, 2])
  const lower =
    (inputs: Record<string, Tensor>, name = 'b') =>
    () =>
      toOnnx({ y: call(double, inputs, { name, shape: [1, 2] }) })
  expect(lower({ q: x })).toThrow(/given.onnx: its input a is not given/)
  expect(lower({ a: x, q: x })).toThrow(/it has no input q/)
  expect(lower({ a: x }, 'q')).toThrow(/it has no output q/)
  expect(lower({ a: input('x', [1, 3]) })).toThrow(/its input a is \[n, 2\], and not \[1, 3\]/)
})

test('weights in another file, of 16 bits, and whole numbers of 64', async () => {
  const half = { name: 'w', dtype: 'float16' as const, shape: [2], bytes: new Uint8Array() }
  const place = { location: 'weights/it.bin', offset: 2, length: 4 }
  const model = encodeModel({
    irVersion: 8,
    opsets: { '': 17 },
    graph: {
      name: 'g',
      nodes: [
        { opType: 'Cast', inputs: ['n'], outputs: ['half'], attributes: { to: attribute.int(10) } },
        { opType: 'Mul', inputs: ['half', 'w'], outputs: ['y'] },
      ],
      initializers: [{ ...half, external: place }],
      inputs: [{ name: 'n', dtype: 'int64', shape: [2] }],
      outputs: [{ name: 'y', dtype: 'float16', shape: [2] }],
    },
  })
  // 0, then 1.5 and -2 in halves
  const files = new Map([['weights/it.bin', Uint8Array.of(0, 0, 0x00, 0x3e, 0x00, 0xc0)]])
  const given = graphFile('given.onnx', model, { files })
  const y = call(given, { n: input('x', [2]) }, { name: 'y', shape: [2] })
  expect(await run({ y }, [2.4, 3.6])).toEqual({ y: [3, -8] })
})
