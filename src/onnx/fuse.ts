/** Pairs of graph nodes that one ONNX node can do: found before lowering, so that the first is not emitted on its own. */
import { sameShape } from '../graph/shape.ts'
import type { Tensor, TensorOf } from '../graph/tensor.ts'

/** A convolution, plain or transposed, and the bias `[C]` that is added to each of its channels. */
export interface BiasedConv {
  readonly conv: Tensor & (TensorOf<'conv'> | TensorOf<'convInput'>)
  readonly bias: Tensor
}

/** The fused pairs, by the node whose value they are, and the nodes that vanish into them. */
export interface Fusions {
  readonly biased: ReadonlyMap<Tensor, BiasedConv>
  /** Sums whose axes stay, as 1, by the reshape that puts them back. */
  readonly kept: ReadonlyMap<Tensor, TensorOf<'sum'>>
  readonly absorbed: ReadonlySet<Tensor>
}

/**
 * Finds `add(conv(x, w), reshape(bias, [1, C, 1, …]))`, also of convInput, where nothing else uses the convolution, and `reshape(sum(x, axes), …)`
 * where that only puts the axes back, and nothing else uses the sum.
 *
 * @param order all nodes, inputs before users
 * @param outputs nodes whose value is asked for
 */
export function findFusions(order: readonly Tensor[], outputs: readonly Tensor[]): Fusions {
  const users = new Map<Tensor, number>()
  const use = (tensor: Tensor): void => void users.set(tensor, (users.get(tensor) ?? 0) + 1)
  for (const tensor of order) tensor.inputs.forEach(use)
  outputs.forEach(use)

  const biased = new Map<Tensor, BiasedConv>()
  const kept = new Map<Tensor, TensorOf<'sum'>>()
  const absorbed = new Set<Tensor>()
  for (const tensor of order) {
    const sum = keptSum(tensor)
    if (sum !== undefined && users.get(sum) === 1) {
      kept.set(tensor, sum)
      absorbed.add(sum)
    }
    if (tensor.op !== 'add') continue
    const [a, b] = tensor.inputs as [Tensor, Tensor]
    const pair = biasedConv(a, b) ?? biasedConv(b, a)
    if (pair === undefined || users.get(pair.conv) !== 1) continue
    biased.set(tensor, pair)
    absorbed.add(pair.conv)
  }
  return { biased, kept, absorbed }
}

function biasedConv(conv: Tensor, bias: Tensor): BiasedConv | undefined {
  if ((conv.op !== 'conv' && conv.op !== 'convInput') || bias.op !== 'reshape') return undefined
  const channels = conv.shape[1]!
  const rank = bias.shape.length
  const perChannel = bias.shape.every((dim, axis) => dim === (axis === rank - conv.shape.length + 1 ? channels : 1))
  return perChannel && rank <= conv.shape.length && rank >= conv.shape.length - 1
    ? { conv, bias: bias.inputs[0]! }
    : undefined
}

function keptSum(tensor: Tensor): (TensorOf<'sum'> & Tensor) | undefined {
  const [sum] = tensor.inputs
  if (tensor.op !== 'reshape' || sum?.op !== 'sum') return undefined
  const { axes } = sum.attributes
  const shape = sum.inputs[0]!.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
  return sameShape(shape, tensor.shape) ? sum : undefined
}
