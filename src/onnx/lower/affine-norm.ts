/** Lowering of a normalisation together with the γ and β behind it. */
import { sameShape, sizeOf } from '../../graph/shape.ts'
import type { Shape } from '../../graph/shape.ts'
import type { TensorOf } from '../../graph/tensor.ts'
import type { AffineNorm } from '../fuse.ts'
import { attribute } from '../proto/model.ts'
import { fromBlocks, hasBlocks, itemsAsChannels, nchwc, toBlocks } from './blocks.ts'
import type { Context } from './context.ts'
import { reshapeTo } from './movement.ts'

/** γ and β `[F]` behind a normalisation over the last axis are the operator's own. */
export function layerNorm(
  context: Context,
  { inputs, attributes: { epsilon } }: TensorOf<'normalize'>,
  x: string,
  gamma: string,
  beta: string,
): string {
  const axis = inputs[0]!.shape.length - 1
  return context.emit('LayerNormalization', [x, gamma, beta], { axis, epsilon: attribute.float(epsilon) })
}

/** Elements below which the small operators of a norm in blocks take longer than three passes over the whole. */
const leastElements = 2 ** 16

/** Places of a channel that are added up in one go, in single precision. */
const mostPlaces = 2 ** 14

/** Whether {@link layerNorm}, with γ and β `[F]`, or {@link groupNorm}, with `[C, 1, 1]`, does it. */
export function takesNorm(context: Context, { normal, image, gamma: { shape: scale } }: AffineNorm): boolean {
  if (image === undefined) return sameShape(scale, [normal.shape.at(-1)!])
  const [batch, channels, ...places] = image.shape as [number, number, ...number[]]
  const groups = normal.shape[1]!
  return (
    hasBlocks(context, image) &&
    sameShape(normal.shape, [batch, groups, sizeOf([channels, ...places]) / groups]) &&
    channels % groups === 0 &&
    sameShape(scale, [channels, 1, 1]) &&
    sizeOf(image.shape) >= leastElements &&
    sizeOf(places) <= mostPlaces
  )
}

/** What a group norm is given. */
export interface GroupNorm {
  /** `[N, C, H, W]` */
  readonly shape: Shape
  readonly groups: number
  readonly epsilon: number
  readonly x: string
  /** `[C, 1, 1]` each. */
  readonly gamma: string
  readonly beta: string
  /** Added to x first, `[N, C, 1, 1]` or `[1, C, 1, 1]`. */
  readonly shift?: { readonly name: string; readonly items: number } | undefined
}

/**
 * `γ (x + e − μ) / √(σ² + ε) + β` on blocks. Means of x and x² over each channel are read off, those over a group, with the shift e,
 * follow from them, and what remains to be done to x is `a x + b` with a and b for each channel of each item: a convolution of one tap,
 * the items among the channels. Two passes that read and one that writes, where LayerNormalization, a product and a sum read four
 * times and write three times, in the plain layout.
 */
export function groupNorm(context: Context, norm: GroupNorm): string {
  const { shape, groups, epsilon, shift } = norm
  const [batch, channels, ...places] = shape as [number, number, ...number[]]
  const merged = itemsAsChannels(shape)
  const grouped = (name: string, items = batch): string => reshapeTo(context, name, [items, groups, channels / groups])
  const emit = (opType: string, ...inputs: string[]): string => context.emit(opType, inputs)
  const number = (value: number): string => context.fill('float32', value, [])

  const x = toBlocks(context, norm.x)
  const mean = context.emit('GlobalAveragePool', [x], {}, nchwc)
  // Σ x² of a channel: its product with itself as a kernel as large as the image.
  const kernels = reshapeTo(context, x, [merged[1]!, 1, ...places])
  const squares = context.emit('Conv', [reshapeTo(context, x, merged), kernels], channelwise(merged, places), nchwc)

  // The same of x + e, and what remains of e behind the mean
  const e = shift && reshapeTo(context, shift.name, [shift.items, channels])
  const sums = reshapeTo(context, squares, [batch, channels])
  const flat = reshapeTo(context, mean, [batch, channels])
  const count = number(sizeOf(places))
  const shifted = e === undefined ? flat : emit('Add', flat, e)
  const shiftedSums =
    e === undefined ? sums : emit('Add', sums, emit('Mul', emit('Mul', e, count), emit('Add', flat, shifted)))

  // Over a group: products with a matrix of zeros and ones, which divide and add ε in the same go.
  const each = channels / groups
  const members = context.table('members of groups', [channels, groups], (at) =>
    Number(Math.floor(Math.floor(at / groups) / each) === at % groups),
  )
  const over = (name: string, size: number, ...plus: string[]): string =>
    context.emit('Gemm', [name, members, ...plus], { alpha: attribute.float(1 / size) })
  const mu = over(shifted, each)
  const squarePlus = over(shiftedSums, each * sizeOf(places), number(epsilon))
  // σ² + ε, which rounding cannot bring below ε
  const variance = emit('Max', emit('Sub', squarePlus, emit('Mul', mu, mu)), number(epsilon))
  const [sigma, middle] = [emit('Sqrt', variance), mu].map((name) => reshapeTo(context, name, [batch, groups, 1]))
  const a = emit('Div', grouped(norm.gamma, 1), sigma!)
  const centre = e === undefined ? middle! : emit('Sub', middle!, grouped(e, shift!.items))
  const b = emit('Sub', grouped(norm.beta, 1), emit('Mul', a, centre))

  const factors = reshapeTo(context, a, [merged[1]!, 1, 1, 1])
  const terms = reshapeTo(context, b, [merged[1]!])
  const whole = reshapeTo(context, x, merged)
  const y = context.emit('Conv', [whole, factors, terms], channelwise(merged, [1, 1]), nchwc)
  return fromBlocks(context, reshapeTo(context, y, shape), channels)
}

/** A convolution of each channel with a kernel of its own. */
const channelwise = ([, channels]: Shape, kernel: readonly number[]) => ({
  kernel_shape: kernel,
  strides: [1, 1],
  pads: [0, 0, 0, 0],
  dilations: [1, 1],
  group: channels!,
})
