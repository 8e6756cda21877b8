/** Lowering of a normalisation together with the γ and β behind it. */
import { sameShape, sizeOf } from '../../graph/shape.ts'
import type { Shape } from '../../graph/shape.ts'
import type { TensorOf } from '../../graph/tensor.ts'
import type { AffineNorm } from '../fuse.ts'
import { attribute } from '../proto/model.ts'
import { fromBlocks, hasBlocks, nchwc, toBlocks } from './blocks.ts'
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

/**
 * Elements of one item below which the small operators of a norm in blocks take longer than three passes over the whole. It is
 * the item that decides, not the batch: rounding, and so every sample, is then the same alone and in company.
 */
const leastElements = 2 ** 11

/** Places of a channel that are added up in one go, in single precision. */
const mostPlaces = 2 ** 14

/** Channels up to which one square matrix adds up groups and hands the sums back; of more, the matrix would be larger than the weights. */
const mostAtOnce = 512

/** Whether {@link layerNorm}, with γ and β `[F]`, or {@link groupNorm}, with `[C, 1, 1]`, applies. */
export function takesNorm(context: Context, { normal, image, gamma: { shape: scale } }: AffineNorm): boolean {
  if (image === undefined) return sameShape(scale, [normal.shape.at(-1)!])
  const [batch, channels, ...places] = image.shape as [number, number, ...number[]]
  const groups = normal.shape[1]!
  return (
    hasBlocks(context, image) &&
    sameShape(normal.shape, [batch, groups, sizeOf([channels, ...places]) / groups]) &&
    channels % groups === 0 &&
    sameShape(scale, [channels, 1, 1]) &&
    channels * sizeOf(places) >= leastElements &&
    sizeOf(places) <= mostPlaces
  )
}

/** The inputs of a group norm. */
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
 * `γ (x + e − μ) / √(σ² + ε) + β` on blocks. Means of x and x² are computed over each channel; those over a group, with
 * the shift e, follow from them; the rest is `a x + b` with a and b for each channel of each item: a convolution of one
 * tap,
 * the items among the channels. Two passes that read and one that writes, where LayerNormalization, a product and a sum read four
 * times and write three times, in the plain layout.
 */
export function groupNorm(context: Context, norm: GroupNorm): string {
  const { shape, groups, epsilon, shift } = norm
  const [batch, channels, ...places] = shape as [number, number, ...number[]]
  // The items among the channels: values for a channel may then differ by item.
  const merged: Shape = [1, batch * channels, ...places]
  const emit = (opType: string, ...inputs: string[]): string => context.emit(opType, inputs)
  const perItem = (name: string, items = batch): string => reshapeTo(context, name, [items, channels])
  const plusEpsilon = context.fill('float32', epsilon, [])

  const x = toBlocks(context, norm.x)
  const inShape = (name: string, wanted: Shape): string => (batch === 1 ? name : reshapeTo(context, name, wanted))
  const whole = inShape(x, merged)
  const mean = perItem(context.emit('GlobalAveragePool', [x], {}, nchwc))
  // Σ x² of a channel: its product with itself as a kernel as large as the image.
  const kernels = reshapeTo(context, x, [merged[1]!, 1, ...places])
  const squares = perItem(context.emit('Conv', [whole, kernels], channelwise(merged, places), nchwc))

  // Means over a group, for each channel of it: products with a matrix of zeros and ones.
  const each = channels / groups
  const group = (channel: number): number => Math.floor(channel / each)
  const over = (name: string, size: number, ...plus: string[]): string => {
    const alpha = attribute.float(1 / size)
    if (channels > mostAtOnce) {
      const belongs = (at: number): number => Number(group(Math.floor(at / groups)) === at % groups)
      const members = context.table(`to groups of ${each}`, [channels, groups], belongs)
      const sums = context.emit('Gemm', [name, members], { alpha })
      return context.emit('Gemm', [sums, members, ...plus], { transB: 1 })
    }
    const members = context.table(`groups of ${each}`, [channels, channels], (at) =>
      Number(group(Math.floor(at / channels)) === group(at % channels)),
    )
    return context.emit('Gemm', [name, members, ...plus], { alpha })
  }

  // Those of x + e and its square, from those of x: (x + e)² = x² + e (x + (x + e)).
  const e = shift && perItem(shift.name, shift.items)
  const shifted = e === undefined ? mean : emit('Add', mean, e)
  const more = e === undefined ? plusEpsilon : over(emit('Mul', emit('Add', mean, shifted), e), each, plusEpsilon)
  const mu = over(shifted, each)
  // σ² + ε, which rounding cannot bring below ε
  const square = over(squares, each * sizeOf(places), more)
  const variance = emit('Max', emit('Sub', square, emit('Mul', mu, mu)), plusEpsilon)

  const a = emit('Div', reshapeTo(context, norm.gamma, [channels]), emit('Sqrt', variance))
  const centre = e === undefined ? mu : emit('Sub', mu, e)
  const b = emit('Sub', reshapeTo(context, norm.beta, [channels]), emit('Mul', a, centre))
  const factors = reshapeTo(context, a, [merged[1]!, 1, 1, 1])
  const terms = reshapeTo(context, b, [merged[1]!])
  const y = context.emit('Conv', [whole, factors, terms], channelwise(merged, [1, 1]), nchwc)
  return fromBlocks(context, inShape(y, shape), channels)
}

/** A convolution of each channel with a kernel of its own. */
const channelwise = ([, channels]: Shape, kernel: readonly number[]) => ({
  kernel_shape: kernel,
  strides: [1, 1],
  pads: [0, 0, 0, 0],
  dilations: [1, 1],
  group: channels!,
})
