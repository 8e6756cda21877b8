/** Activations that are computed a second time for the gradient instead of being kept from the first. */
import { sizeOf } from '../shape.ts'
import { node } from '../tensor.ts'
import type { Tensor } from '../tensor.ts'
import { topological } from '../traverse.ts'

/** The number of bytes to save from which it is worth it: below, memory costs less than the extra passes. */
export const worthRecomputing = 2 ** 29

/**
 * Where gradients need `silu(y)` and its slope, with `y = γ n + β` behind a norm, they are made from n again: two tensors
 * less are kept for every activation, for four cheap passes. The nodes of the forward pass are those that the loss, the
 * shallowest output, depends on. Values stay, bit for bit.
 *
 * Call it after `simplify`, which would undo it: the second sum and product differ from the first only in the order of
 * their operands.
 */
export function recompute(outputs: readonly Tensor[], atLeast: number = worthRecomputing): readonly Tensor[] {
  const order = topological(outputs)
  const first = new Set(topological([shallowest(outputs, order)]))
  const again = new Map<Tensor, Tensor>()
  let bytes = 0
  for (const tensor of order) {
    if (tensor.op !== 'silu' || !first.has(tensor)) continue
    const [y] = tensor.inputs
    const copy = copyOf(y)
    if (copy === undefined) continue
    again.set(y, copy)
    again.set(tensor, node('silu', [copy], {}))
    bytes += 2 * 4 * sizeOf(y.shape)
  }
  if (bytes < atLeast) return outputs

  const done = new Map<Tensor, Tensor>()
  for (const tensor of order) {
    if (first.has(tensor)) continue
    const inputs = tensor.inputs.map((each) => again.get(each) ?? done.get(each) ?? each)
    const same = inputs.every((each, i) => each === tensor.inputs[i])
    if (!same) done.set(tensor, node(tensor.op, inputs, tensor.attributes))
  }
  return outputs.map((output) => done.get(output) ?? output)
}

function shallowest(outputs: readonly Tensor[], order: readonly Tensor[]): Tensor {
  const depths = new Map<Tensor, number>()
  for (const tensor of order) {
    depths.set(tensor, 1 + Math.max(0, ...tensor.inputs.map((each) => depths.get(each)!)))
  }
  return outputs.reduce((best, each) => (depths.get(each)! < depths.get(best)! ? each : best))
}

/** The sum once more, if its operands are products or small; others would have to be kept, or cost too much. */
function copyOf(y: Tensor): Tensor | undefined {
  if (y.op !== 'add') return undefined
  const cheap = y.inputs.every((each) => each.op === 'mul' || sizeOf(each.shape) < sizeOf(y.shape))
  if (!cheap) return undefined
  const exchanged = (each: Tensor): Tensor => (each.op === 'mul' ? node('mul', [...each.inputs].reverse(), {}) : each)
  return node('add', y.inputs.map(exchanged).reverse(), {})
}
