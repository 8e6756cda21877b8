/** Constant folding: nodes that depend on constants alone are computed when the graph is compiled. */
import { hostArray } from '../dtype.ts'
import { evaluateNode } from '../reference/evaluate.ts'
import { sizeOf } from '../shape.ts'
import { constant } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'

/** Larger results are left to the runtime. */
const foldedElements = 4096

/**
 * The node as a constant of its own element type, when all its inputs are constants and the result is small and holds no
 * more elements than they do: a stretched scalar stays a scalar.
 */
export function fold(tensor: Tensor): Tensor | undefined {
  if (tensor.op === 'input' || tensor.op === 'constant' || tensor.op === 'call') return undefined
  if (!tensor.inputs.every((each) => each.op === 'constant')) return undefined
  const size = sizeOf(tensor.shape)
  const before = tensor.inputs.reduce((total, each) => total + sizeOf(each.shape), 0)
  if (size > foldedElements || size > before) return undefined
  const value = evaluateNode(
    tensor,
    tensor.inputs.map((each) => evaluateNode(each as Parameters<typeof evaluateNode>[0], [])),
  )
  const data = hostArray(tensor.dtype, size)
  data.set(value.data)
  return constant(data, tensor.shape)
}
