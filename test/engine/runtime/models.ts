/** Tiny models, written by hand, that the engines are tried on. */
import { encodeModel } from '../../../src/engine/onnx/proto/encode.ts'
import { attribute, tensorProto } from '../../../src/engine/onnx/proto/model.ts'
import type { GraphProto, NodeProto, TensorProto, ValueInfo } from '../../../src/engine/onnx/proto/model.ts'

/** y = max(x, 0), x `[n]` of any length. */
export const relu = model({
  nodes: [{ opType: 'Relu', inputs: ['x'], outputs: ['y'] }],
  inputs: [{ name: 'x', dtype: 'float32', shape: ['n'] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['n'] }],
})

/** y = x·w + b and its sum over the batch; x `[batch, 2]`, w `[2, 3]`, b = (10, 20, 30). */
export const linear = model({
  nodes: [
    { opType: 'MatMul', inputs: ['x', 'w'], outputs: ['xw'] },
    { opType: 'Add', inputs: ['xw', 'b'], outputs: ['y'] },
    { opType: 'ReduceSum', inputs: ['y', 'axes'], outputs: ['sum'], attributes: { keepdims: attribute.int(0) } },
  ],
  initializers: [
    tensorProto('b', 'float32', [3], Float32Array.of(10, 20, 30)),
    tensorProto('axes', 'int64', [1], BigInt64Array.of(0n)),
  ],
  inputs: [
    { name: 'x', dtype: 'float32', shape: ['batch', 2] },
    { name: 'w', dtype: 'float32', shape: [2, 3] },
  ],
  outputs: [
    { name: 'y', dtype: 'float32', shape: ['batch', 3] },
    { name: 'sum', dtype: 'float32', shape: [3] },
  ],
})

/** y = table[index]: float64 rows picked by int64; also whether each index is positive, as bool. */
export const gather = model({
  nodes: [
    { opType: 'Gather', inputs: ['table', 'index'], outputs: ['y'] },
    { opType: 'Greater', inputs: ['index', 'zero'], outputs: ['positive'] },
  ],
  initializers: [tensorProto('zero', 'int64', [], new BigInt64Array(1))],
  inputs: [
    { name: 'table', dtype: 'float64', shape: [4, 2] },
    { name: 'index', dtype: 'int64', shape: [3] },
  ],
  outputs: [
    { name: 'y', dtype: 'float64', shape: [3, 2] },
    { name: 'positive', dtype: 'bool', shape: [3] },
  ],
})

/** y = x·x·…·x, `[256, 256]`, many times over: about a millisecond or more for each of `steps` products. */
export function slow(steps: number): Uint8Array {
  const name = (step: number) => (step === steps ? 'y' : step === 0 ? 'x' : `x${step}`)
  return model({
    nodes: Array.from({ length: steps }, (_, step) => ({
      opType: 'MatMul',
      inputs: [name(step), 'x'],
      outputs: [name(step + 1)],
    })),
    inputs: [{ name: 'x', dtype: 'float32', shape: [256, 256] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [256, 256] }],
  })
}

/** A well-formed model with an operator that no runtime knows. */
export const unknownOperator = model({
  nodes: [{ opType: 'Frobnicate', inputs: ['x'], outputs: ['y'] }],
  inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
  outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
})

/** Declares nothing about its output's shape, so only the runtime can find that it does not fit. */
export const shapeless = model({
  nodes: [{ opType: 'Relu', inputs: ['x'], outputs: ['y'] }],
  inputs: [{ name: 'x', dtype: 'float32', shape: ['n'] }],
  outputs: [{ name: 'y', dtype: 'float32' }],
})

function model(graph: {
  nodes: NodeProto[]
  initializers?: TensorProto[]
  inputs: ValueInfo[]
  outputs: ValueInfo[]
}): Uint8Array {
  const complete: GraphProto = { name: 'test', initializers: [], ...graph }
  return encodeModel({ irVersion: 10, opsets: { '': 21 }, producerName: 'tweedie', graph: complete })
}
