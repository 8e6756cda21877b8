/** A graph in double precision as the same graph in single precision, which is what runs on devices. */
import { constant } from '../../../src/engine/graph/index.ts'
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { node } from '../../../src/engine/graph/tensor.ts'
import { topological } from '../../../src/engine/graph/traverse.ts'

/** Rebuilds the outputs with every float64 as float32. */
export function inFloat32(outputs: readonly Tensor[]): Tensor[] {
  const made = new Map<Tensor, Tensor>()
  for (const tensor of topological(outputs))
    made.set(
      tensor,
      rebuilt(tensor, (each) => made.get(each)!),
    )
  return outputs.map((each) => made.get(each)!)
}

function rebuilt(tensor: Tensor, get: (input: Tensor) => Tensor): Tensor {
  if (tensor.op === 'constant') {
    const { data, shape } = tensor.attributes
    return data instanceof Float64Array ? constant(Float32Array.from(data), shape) : tensor
  }
  if (tensor.op === 'input') {
    return tensor.dtype === 'float64' ? node('input', [], { ...tensor.attributes, dtype: 'float32' }) : tensor
  }
  const inputs = tensor.inputs.map(get)
  if (tensor.op === 'cast' && tensor.attributes.dtype === 'float64') {
    return inputs[0]!.dtype === 'float32' ? inputs[0]! : node('cast', inputs, { dtype: 'float32' })
  }
  return node(tensor.op, inputs, tensor.attributes as never)
}
