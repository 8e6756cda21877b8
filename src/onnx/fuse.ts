/** Pairs of graph nodes that one ONNX node can do: found before lowering, so that the first is not emitted on its own. */
import type { Tensor, TensorOf } from '../graph/tensor.ts'

/** A convolution and the bias `[C]` that is added to each of its channels. */
export interface BiasedConv {
  readonly conv: TensorOf<'conv'> & Tensor
  readonly bias: Tensor
}

/** The fused pairs, by the node whose value they are, and the nodes that vanish into them. */
export interface Fusions {
  readonly biased: ReadonlyMap<Tensor, BiasedConv>
  readonly absorbed: ReadonlySet<Tensor>
}

/**
 * Finds `add(conv(x, w), reshape(bias, [1, C, 1, …]))` where nothing else uses the convolution.
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
  const absorbed = new Set<Tensor>()
  for (const tensor of order) {
    if (tensor.op !== 'add') continue
    const [a, b] = tensor.inputs as [Tensor, Tensor]
    const pair = biasedConv(a, b) ?? biasedConv(b, a)
    if (pair === undefined || users.get(pair.conv) !== 1) continue
    biased.set(tensor, pair)
    absorbed.add(pair.conv)
  }
  return { biased, absorbed }
}

function biasedConv(conv: Tensor, bias: Tensor): BiasedConv | undefined {
  if (conv.op !== 'conv' || bias.op !== 'reshape') return undefined
  const channels = conv.shape[1]!
  const rank = bias.shape.length
  const perChannel = bias.shape.every((dim, axis) => dim === (axis === rank - conv.shape.length + 1 ? channels : 1))
  return perChannel && rank <= conv.shape.length && rank >= conv.shape.length - 1
    ? { conv: conv as BiasedConv['conv'], bias: bias.inputs[0]! }
    : undefined
}
