/** What there is to say of training in eight bits: whether this machine does it, and whether a problem gains by it. */
import { topological } from '../../engine/graph/traverse.ts'
import type { Tensor } from '../../engine/graph/tensor.ts'
import { isLargeProjection } from '../../engine/onnx/lower/int8.ts'
import { isLargeConv } from '../../engine/onnx/lower/int8-conv.ts'
import { requireEightBits } from '../../engine/runtime/eight-bits.ts'
import type { Engine } from '../../engine/runtime/session.ts'

/** How many times as fast a convolution must be for a step to be noticeably faster. */
const leastGain = 1.2

/**
 * Why eight bits do not help, or undefined where they do.
 *
 * @param loss the loss as a graph; none where a problem makes its step itself
 * @throws TweedieError `device` where the device, or the processor, does not do it
 */
export async function whyNoGain(
  loss: (() => Tensor) | undefined,
  engine: Engine,
  device: string | undefined,
): Promise<string | undefined> {
  const { gain } = await requireEightBits(engine, device)
  if (loss === undefined) return '`arithmetic: int8` changes nothing here: this problem makes its step itself'
  if (!topological([loss()]).some(isLarge)) {
    return '`arithmetic: int8` changes nothing here: no convolution or projection of this network is large enough'
  }
  if (gain >= leastGain) return undefined
  const times = gain < 1 ? `${(1 / gain).toFixed(1)} times as long` : 'as long'
  return `\`arithmetic: int8\` does not help on this processor: a convolution takes ${times} as in single precision`
}

const isLarge = (tensor: Tensor): boolean =>
  (tensor.op === 'conv' && isLargeConv(tensor.inputs[0]!, tensor.inputs[1]!.shape, tensor.attributes)) ||
  (tensor.op === 'matmul' && isLargeProjection(tensor))
