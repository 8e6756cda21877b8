/** Pairs of graph nodes that one ONNX node can do: found before lowering, so that the first is not emitted on its own. */
import { sameShape } from '../graph/shape.ts'
import type { Tensor, TensorOf } from '../graph/tensor.ts'
import { usesOf } from '../graph/traverse.ts'

/** A convolution, plain or transposed, and the bias `[C]` that is added to each of its channels. */
export interface BiasedConv {
  readonly conv: Tensor & (TensorOf<'conv'> | TensorOf<'convInput'>)
  readonly bias: Tensor
}

/** A convolution with its bias, and a tensor of the same shape that is added to it. */
export interface SummedConv {
  readonly conv: TensorOf<'conv'> & Tensor
  readonly bias: Tensor
  readonly plus: Tensor
}

/** A normalisation whose values are scaled and shifted. */
export interface AffineNorm {
  readonly normal: TensorOf<'normalize'> & Tensor
  readonly gamma: Tensor
  readonly beta: Tensor
  /** Where the normalised values are viewed in the shape of an image: the image of which groups are normalised. */
  readonly image?: Tensor | undefined
  /** What is added to every place of that image first, `[N, C, 1, 1]` or `[1, C, 1, 1]`. */
  readonly shift?: Tensor | undefined
}

/** Whether the runtime does it in one operator. */
export type TakesNorm = (norm: AffineNorm) => boolean

/** The fused pairs, by the node whose value they give, and the nodes that they replace. */
export interface Fusions {
  readonly biased: ReadonlyMap<Tensor, BiasedConv>
  readonly affine: ReadonlyMap<Tensor, AffineNorm>
  /** Sums of a convolution and a tensor of its shape, where images are normalised in blocks. */
  readonly summed: ReadonlyMap<Tensor, SummedConv>
  /** Sums whose axes stay, as 1, by the reshape that puts them back. */
  readonly kept: ReadonlyMap<Tensor, TensorOf<'sum'>>
  readonly absorbed: ReadonlySet<Tensor>
  /** Whether images are normalised in blocks. */
  readonly staysInBlocks: boolean
}

/**
 * Finds these, if nothing else uses the fused nodes:
 *
 *     add(conv(x, w), reshape(bias, [1, C, 1, …]))       also of convInput
 *     add(mul(normalize(x), γ), β)                       γ and β [F], or per channel of the normalised groups' image
 *     add(plus, add(conv(x, w), bias))                   where images are normalised in blocks
 *     reshape(sum(x, axes), …)                           where that only puts the axes back
 *
 * @param order all nodes, inputs before users
 * @param outputs nodes whose value is asked for
 * @param takes which normalisations with γ and β the runtime does in one operator; by default none
 */
export function findFusions(
  order: readonly Tensor[],
  outputs: readonly Tensor[],
  takes: TakesNorm = () => false,
): Fusions {
  const uses = usesOf(outputs)
  const alone = (each: Tensor): boolean => uses.get(each) === 1
  const biased = new Map<Tensor, BiasedConv>()
  const affine = new Map<Tensor, AffineNorm>()
  const kept = new Map<Tensor, TensorOf<'sum'>>()
  const absorbed = new Set<Tensor>()
  for (const tensor of order) {
    const sum = keptSum(tensor)
    if (sum !== undefined && alone(sum)) {
      kept.set(tensor, sum)
      absorbed.add(sum)
    }
    if (tensor.op !== 'add') continue
    const [a, b] = tensor.inputs
    const pair = biasedConv(a, b) ?? biasedConv(b, a)
    if (pair !== undefined && alone(pair.conv)) {
      biased.set(tensor, pair)
      absorbed.add(pair.conv)
    }
    const norm = affineNorm(a, b, alone) ?? affineNorm(b, a, alone)
    if (norm !== undefined && takes(norm)) {
      affine.set(tensor, norm)
      for (const each of norm.chain) absorbed.add(each)
    }
  }
  const summed = new Map<Tensor, SummedConv>()
  const staysInBlocks = [...affine.values()].some(({ image }) => image !== undefined)
  for (const tensor of staysInBlocks ? order.filter((each) => !absorbed.has(each)) : []) {
    const sum = summedConv(tensor, biased, (each) => alone(each) && !absorbed.has(each))
    if (sum === undefined) continue
    summed.set(tensor, sum)
    absorbed.add(sum.value)
  }
  return { biased, affine, summed, kept, absorbed, staysInBlocks }
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

/** `scaled` is `mul(normalize(x), γ)`; `chain` is all that goes into the fused node and is used there alone. */
function affineNorm(
  scaled: Tensor,
  beta: Tensor,
  alone: (tensor: Tensor) => boolean,
): (AffineNorm & { readonly chain: readonly Tensor[] }) | undefined {
  if (scaled.op !== 'mul' || !alone(scaled)) return undefined
  for (const [value, gamma] of [scaled.inputs, scaled.inputs.toReversed()] as [Tensor, Tensor][]) {
    const normal = value.op === 'reshape' ? value.inputs[0]! : value
    if (normal.op !== 'normalize' || ![value, normal].every(alone) || !sameShape(gamma.shape, beta.shape)) continue
    if (normal === value) return { normal, gamma, beta, chain: [scaled, normal] }
    const view = normal.inputs[0]!
    if (view.op !== 'reshape' || !sameShape(view.inputs[0]!.shape, value.shape)) continue
    const whole = view.inputs[0]!
    const chain = [scaled, value, normal, ...(alone(view) ? [view] : [])]
    const shifted = alone(view) && alone(whole) ? shiftedImage(whole) : undefined
    return shifted
      ? { normal, gamma, beta, ...shifted, chain: [...chain, whole] }
      : { normal, gamma, beta, image: whole, chain }
  }
  return undefined
}

/** `add(plus, value)` where `value` is a convolution with its bias; `plus` is written over, so that it must have no other use. */
function summedConv(
  sum: Tensor,
  biased: ReadonlyMap<Tensor, BiasedConv>,
  alone: (tensor: Tensor) => boolean,
): (SummedConv & { readonly value: Tensor }) | undefined {
  if (sum.op !== 'add') return undefined
  for (const [plus, value] of [sum.inputs, sum.inputs.toReversed()] as [Tensor, Tensor][]) {
    const { conv, bias } = biased.get(value) ?? {}
    if (conv?.op !== 'conv' || ![plus, value].every(alone) || !sameShape(plus.shape, value.shape)) continue
    return { conv: conv as TensorOf<'conv'> & Tensor, bias: bias!, plus, value }
  }
  return undefined
}

/** `add(image, shift)` with a shift for each channel of each item. */
function shiftedImage(sum: Tensor): { readonly image: Tensor; readonly shift: Tensor } | undefined {
  if (sum.op !== 'add') return undefined
  const [batch, channels] = sum.shape
  for (const [image, shift] of [sum.inputs, sum.inputs.toReversed()] as [Tensor, Tensor][]) {
    const perChannel = [1, batch!].some((items) => sameShape(shift.shape, [items, channels!, 1, 1]))
    if (perChannel && sameShape(image.shape, sum.shape)) return { image, shift }
  }
  return undefined
}

function keptSum(tensor: Tensor): (TensorOf<'sum'> & Tensor) | undefined {
  const [sum] = tensor.inputs
  if (tensor.op !== 'reshape' || sum?.op !== 'sum') return undefined
  const { axes } = sum.attributes
  const shape = sum.inputs[0]!.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
  return sameShape(shape, tensor.shape) ? sum : undefined
}
