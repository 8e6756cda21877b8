/**
 * Lowering of the gradient of a convolution in its kernel,
 * dw[o, c, k] = Σ_{n, p} dy[n, o, p] x[n, c, p · stride + k · dilation − padding]: a matrix product for every tap k.
 */
import { sizeOf } from '../../graph/shape.ts'
import type { TensorOf } from '../../graph/tensor.ts'
import type { Context } from './context.ts'
import { product } from './matmul.ts'
import { nchwc } from './blocks.ts'
import { padAxes, reshapeTo, sliceAxes, transposeTo } from './movement.ts'
import { sumOver } from './reduce.ts'
import type { LowerRule } from './rule.ts'
import { windowAttributes } from './window.ts'

type Node = TensorOf<'convWeight'>

/** Any rank, stride, dilation and grouping: one shifted view of x and one product a tap. */
function byTaps(context: Context, node: Node, x: string, dy: string): string {
  const { stride, padding, dilation, groups, kernel } = node.attributes
  const [n, channels] = node.inputs[0]!.shape as [number, number]
  const out = node.inputs[1]!.shape[1]!
  const places = node.inputs[1]!.shape.slice(2)
  const axes = kernel.map((_, axis) => axis + 2)
  const padded = padAxes(
    context,
    x,
    kernel.length + 2,
    axes,
    padding.map(([before]) => before),
    padding.map(([, after]) => after),
    context.fill(node.dtype, 0, []),
  )
  const rows = reshapeTo(context, dy, [n, groups, out / groups, sizeOf(places)])
  const taps = tapsOf(kernel).map((tap) => {
    const start = tap.map((at, axis) => at * dilation[axis]!)
    const end = start.map((from, axis) => from + (places[axis]! - 1) * stride[axis]! + 1)
    const whole = padded === x && kernel.every((each) => each === 1) && stride.every((by) => by === 1)
    const view = whole ? x : sliceAxes(context, padded, axes, start, end, stride)
    const columns = reshapeTo(context, view, [n, groups, channels / groups, sizeOf(places)])
    const each = product(context, rows, columns, [4, 4], { b: true })
    return sumOver(context, each, [0])
  })
  return gatherTaps(context, taps, node)
}

/** Every place of a kernel, the last axis fastest. */
function tapsOf(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (all, size) => all.flatMap((tap) => Array.from({ length: size }, (_, at) => [...tap, at])),
    [[]],
  )
}

/** One `[g, O / g, C / g]` a tap → `[O, C / g, …K]`. */
function gatherTaps(context: Context, taps: readonly string[], node: Node): string {
  if (taps.length === 1) return reshapeTo(context, taps[0]!, node.shape)
  const stacked = context.emit(
    'Concat',
    taps.map((tap) => reshapeTo(context, tap, [1, node.shape[0]! * node.shape[1]!])),
    { axis: 0 },
  )
  return reshapeTo(context, transposeTo(context, stacked, [1, 0]), node.shape)
}

/**
 * Two dimensions, stride 1: a copy of x for every column of the kernel, moved along the width, and a copy of dy for every
 * row, moved along the height, instead of a view of x for every tap. Products are a little longer, copies fewer. Best on
 * large images.
 */
function byShifts(context: Context, node: Node, x: string, dy: string): string {
  const { padding, dilation, kernel } = node.attributes
  const [n, channels, height, width] = node.inputs[0]!.shape as [number, number, number, number]
  const [, out, tall, wide] = node.inputs[1]!.shape as [number, number, number, number]
  const zero = context.fill(node.dtype, 0, [])
  const [top, bottom] = padding[0]!
  const all = height + top + bottom
  const columns = Array.from({ length: kernel[1]! }, (_, at) => {
    const left = padding[1]![0] - at * dilation[1]!
    const moved = padAxes(context, x, 4, [2, 3], [top, left], [bottom, wide - width - left], zero)
    return reshapeTo(context, moved, [n, channels, all * wide])
  })
  const rows = Array.from({ length: kernel[0]! }, (_, at) => {
    const above = at * dilation[0]!
    const moved = padAxes(context, dy, 4, [2], [above], [all - tall - above], zero)
    return reshapeTo(context, moved, [n, out, all * wide])
  })
  const taps = tapsOf(kernel).map(([down, across]) =>
    sumOver(context, product(context, rows[down!]!, columns[across!]!, [3, 3], { b: true }), [0]),
  )
  return gatherTaps(context, taps, node)
}

/** Channels last: one tall product a tap, over all places of all images. Best on small images of many channels. */
function byPlaces(context: Context, node: Node, x: string, dy: string): string {
  const { stride, padding, dilation, kernel } = node.attributes
  const [n, channels] = node.inputs[0]!.shape as [number, number]
  const [, out, ...places] = node.inputs[1]!.shape as [number, number, ...number[]]
  const axes = kernel.map((_, axis) => axis + 1)
  const last = (name: string): string => transposeTo(context, name, [0, ...kernel.map((_, axis) => axis + 2), 1])
  const padded = padAxes(
    context,
    last(x),
    kernel.length + 2,
    axes,
    padding.map(([before]) => before),
    padding.map(([, after]) => after),
    context.fill(node.dtype, 0, []),
  )
  const rows = reshapeTo(context, last(dy), [n * sizeOf(places), out])
  const taps = tapsOf(kernel).map((tap) => {
    const start = tap.map((at, axis) => at * dilation[axis]!)
    const end = start.map((from, axis) => from + (places[axis]! - 1) * stride[axis]! + 1)
    const view =
      sizeOf(kernel) === 1 && padded === last(x) ? padded : sliceAxes(context, padded, axes, start, end, stride)
    return context.emit('Gemm', [rows, reshapeTo(context, view, [n * sizeOf(places), channels])], { transA: 1 })
  })
  return gatherTaps(context, taps, node)
}

/**
 * Two dimensions, outputs in whole blocks of B: one blocked convolution, as fast as the convolution itself. The sum
 * runs over images, in blocks of B, which become its channels, and over places: dy is a kernel as large as the image. A
 * channel of x becomes an item of the batch, and the output is as large as the weight's kernel.
 *
 *     x  [M B, C, H, W]   → [C, M, H, W + padding, B]
 *     dy [M B, O, H', W'] → [O / B, M, H', W', B, B]
 *     dw [C, O / B, K, K', B]
 *
 * A stride is a dilation of the kernel that dy is, and a dilation a stride. Zeros along the height are the operator's; along the
 * width, where an image's edge would make it compute place by place, they are put in front and behind.
 */
function byBlocks(context: Context, node: Node, x: string, dy: string): string {
  const { stride, padding, dilation, kernel } = node.attributes
  const [given, channels, height, width] = node.inputs[0]!.shape as [number, number, number, number]
  const [, out, tall, wide] = node.inputs[1]!.shape as [number, number, number, number]
  const block = context.target.block!
  const images = Math.ceil(given / block)
  const n = images * block
  const zero = context.fill(node.dtype, 0, [])
  const filled = (name: string): string => padAxes(context, name, 4, [0], [0], [n - given], zero)
  const reorder = (name: string): string => context.emit('ReorderInput', [name], {}, nchwc)

  // The part of the image that windows reach: other rows and columns are cut off.
  const kernelSize = [(tall - 1) * stride[0]! + 1, (wide - 1) * stride[1]! + 1] as const
  const reach = kernelSize.map((size, axis) => size + (kernel[axis]! - 1) * dilation[axis]!) as [number, number]
  const [top, left] = padding.map(([before]) => before) as [number, number]
  const bottom = reach[0] - top - height
  const byOperator = [top, bottom].map((amount) => (amount > 0 && amount < kernelSize[0] ? amount : 0)) as [
    number,
    number,
  ]
  const rows = reach[0] - byOperator[0] - byOperator[1]

  const imagesLast = reorder(reshapeTo(context, filled(x), [1, n, channels * height, width]))
  const byChannel = transposeTo(
    context,
    reshapeTo(context, imagesLast, [images, channels, height * width * block]),
    // With one block of images, its channels already follow each other.
    images === 1 ? [0, 1, 2] : [1, 0, 2],
  )
  const widened = padAxes(
    context,
    reshapeTo(context, byChannel, [channels * images, height, width * block]),
    3,
    [1, 2],
    [top - byOperator[0], left * block],
    [bottom - byOperator[1], (reach[1] - left - width) * block],
    zero,
  )
  const batch = reshapeTo(context, widened, [channels, n, rows, reach[1]])

  const outputsLast = reshapeTo(context, reorder(filled(dy)), [images, block, out / block, tall * wide, block])
  const filter = reshapeTo(context, transposeTo(context, outputsLast, [2, 0, 3, 1, 4]), [out, n, tall, wide])

  const window = { stride: dilation, padding: [byOperator, none], dilation: stride, groups: 1 }
  const dw = context.emit('Conv', [batch, filter], windowAttributes(window, [tall, wide]), nchwc)
  const taps = sizeOf(kernel)
  const byOutput = transposeTo(context, reshapeTo(context, dw, [channels, out / block, taps * block]), [1, 0, 2])
  const plain = context.emit(
    'ReorderOutput',
    [reshapeTo(context, byOutput, [1, out, channels, taps])],
    { channels: out },
    nchwc,
  )
  return reshapeTo(context, plain, node.shape)
}

const none = [0, 0] as const

/**
 * One plain convolution: channels of x become its items, and images its channels; dy is a kernel as large as the image. A stride is a
 * dilation of that kernel, and a dilation a stride. A GPU runs it as one program, where {@link byTaps} takes three for every tap.
 *
 *     x [N, C, …S] → [C, N, …S],   dy [N, O, …P] → [O, N, …P],   dw [C, O, …K]
 */
function byConvolution(context: Context, node: Node, x: string, dy: string): string {
  const { stride, padding, dilation, kernel } = node.attributes
  const [image, places] = node.inputs.map(({ shape }) => shape.slice(2)) as [number[], number[]]
  const exchanged = (name: string): string => transposeTo(context, name, [1, 0, ...kernel.map((_, axis) => axis + 2)])
  const window = { stride: dilation, padding, dilation: stride, groups: 1 }
  const all = context.emit('Conv', [exchanged(x), exchanged(dy)], windowAttributes(window, places))
  // Rows and columns that no window reaches make the result larger than the kernel.
  const made = image.map((size, axis) => {
    const [before, after] = padding[axis]!
    return Math.floor((size + before + after - (places[axis]! - 1) * stride[axis]! - 1) / dilation[axis]!) + 1
  })
  const larger = kernel.flatMap((size, axis) => (made[axis]! > size ? [axis] : []))
  const dw =
    larger.length === 0
      ? all
      : sliceAxes(
          context,
          all,
          larger.map((axis) => axis + 2),
          larger.map(() => 0),
          larger.map((axis) => kernel[axis]!),
        )
  return exchanged(dw)
}

/** The ways to compute a weight gradient. The first takes any window; the others are for special ones. */
const ways = {
  taps: byTaps,
  shifts: byShifts,
  places: byPlaces,
  blocks: byBlocks,
  convolution: byConvolution,
} as const

/** The way that measures best by shape on the CPU, unless the target names one: `bench/lowerings.ts` prints them all. */
export const convWeight: LowerRule<'convWeight'> = (context, node, x, dy) =>
  ways[context.target.convWeight ?? bestWay(context, node)](context, node, x, dy)

function bestWay(context: Context, node: Node): keyof typeof ways {
  const { stride, groups, kernel } = node.attributes
  const places = sizeOf(node.inputs[1]!.shape.slice(2))
  const unit = stride.every((by) => by === 1)
  if (groups !== 1 || sizeOf(kernel) === 1) return 'taps'
  if (context.target.provider === 'webgpu') return kernel.length <= 2 ? 'convolution' : 'taps'
  if (takesBlocks(context, node)) return 'blocks'
  // As WebAssembly, copies cost little beside products.
  const least = context.target.provider === 'wasm' ? 16 : 48
  if (places <= 256 && node.shape[0]! * node.shape[1]! >= least * least) return 'places'
  return unit && kernel.length === 2 ? 'shifts' : 'taps'
}

/** Whether {@link byBlocks} applies, without too many empty images in the last block. */
function takesBlocks(
  { target: { block } }: Context,
  { dtype, inputs: [x, dy], attributes: { kernel } }: Node,
): boolean {
  if (block === undefined || dtype !== 'float32' || kernel.length !== 2 || dy!.shape[1]! % block !== 0) return false
  const images = x!.shape[0]!
  return 3 * images >= 2 * block * Math.ceil(images / block)
}
