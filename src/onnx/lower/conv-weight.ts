/**
 * Lowering of the gradient of a convolution in its kernel,
 * dw[o, c, k] = Σ_{n, p} dy[n, o, p] x[n, c, p · stride + k · dilation − padding]: a matrix product for every tap k.
 */
import { sizeOf } from '../../graph/shape.ts'
import type { TensorOf } from '../../graph/tensor.ts'
import type { Context } from './context.ts'
import { product } from './matmul.ts'
import { padAxes, reshapeTo, sliceAxes, transposeTo } from './movement.ts'
import { sumOver } from './reduce.ts'
import type { LowerRule } from './rule.ts'

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

/** The ways to compute a weight gradient. The first takes any window; the others are for special ones. */
const ways = { taps: byTaps, shifts: byShifts, places: byPlaces } as const

/** The way that measures best by shape on the CPU, unless the target names one: `bench/lowerings.ts` prints them all. */
export const convWeight: LowerRule<'convWeight'> = (context, node, x, dy) =>
  ways[context.target.convWeight ?? bestWay(context, node)](context, node, x, dy)

function bestWay(context: Context, node: Node): keyof typeof ways {
  const { stride, groups, kernel } = node.attributes
  const places = sizeOf(node.inputs[1]!.shape.slice(2))
  const unit = stride.every((by) => by === 1)
  if (context.target.provider !== 'cpu' || groups !== 1 || sizeOf(kernel) === 1) return 'taps'
  if (places <= 256 && node.shape[0]! * node.shape[1]! >= 48 * 48) return 'places'
  return unit && kernel.length === 2 ? 'shifts' : 'taps'
}
