/**
 * Convolutions in products of eight bits whose weights change in every run, as in training:
 *
 *     x ≈ s_x (q_x − z_x),  q_x ∈ {0 … 255};     w ≈ s_w q_w,  q_w ∈ {−127 … 127};     y ≈ s_y (q_y − 128),  q_y ∈ {0 … 255},
 *
 * with a scale s_x for all of x, and scales s_w and s_y for each output channel. The runtime's fast convolution of whole numbers
 * writes whole numbers, so s_y must be known before it runs: a few places of every item are computed first and not rounded, and the
 * largest value of a channel among them, times a margin, is its range. What lies beyond is cut off. Nothing is kept from one run to the
 * next. All of it is done with channels last.
 *
 * - Scalable Methods for 8-bit Training of Neural Networks (Banner et al., 2018), https://arxiv.org/abs/1805.11046
 */
import type { Window } from '../../graph/ops.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Kernel } from './blocked.ts'
import { dataTypes } from '../proto/model.ts'
import type { Context } from './context.ts'
import { microsoft, quantised, tiny, wholeRows } from './int8.ts'
import { reshapeTo, sliceAxes, transposeTo } from './movement.ts'
import type { Typed } from './rule.ts'
import { windowAttributes } from './window.ts'

/** Values of a channel are expected up to so many times the largest among those that are computed first. */
const margin = 2

/** The least range of a channel, as a share of the largest one. */
const leastShare = 1 / 16

/** So many values of each channel are computed first, or more. */
const samples = 128

/** Channels on either side from which eight bits are faster, with all that goes on around the products. */
const leastChannels = 32

/** Places of all items from which on the way of a kernel into whole numbers costs less than it gains. */
const leastPlaces = 512

/** Whether a convolution of this input, kernel and window is faster in eight bits; its kernel may be turned. */
export function isLargeConv({ dtype, shape }: Typed, kernel: readonly number[], window: Window): boolean {
  const [rows, columns, ...taps] = kernel as [number, number, ...number[]]
  if (dtype !== 'float32' || taps.length !== 2 || window.groups !== 1 || sizeOf(taps) === 1) return false
  // Places for the outputs that are computed first lie within the image.
  if (window.dilation.some((by) => by !== 1) || taps.some((size, axis) => size > shape[axis + 2]!)) return false
  return Math.min(rows, columns) >= leastChannels && shape[0]! * sizeOf(shape.slice(2)) >= leastPlaces
}

/** The convolution of `x` with a kernel in eight bits; undefined where the target has none, or single precision is faster. */
export function int8Conv(context: Context, x: string, from: Typed, kernel: Kernel, window: Window): string | undefined {
  const [rows, columns, ...taps] = kernel.shape as [number, number, ...number[]]
  const out = kernel.turned ? columns : rows
  if (!context.target.int8 || !isLargeConv(from, kernel.shape, window)) return undefined

  const { whole, scale, zero } = quantised(context, x)
  const last = transposeTo(context, whole, [0, 2, 3, 1])
  const weights = wholeWeights(context, kernel)
  const bias = kernel.bias === undefined ? [] : [kernel.bias]
  const some = context.emit(
    'MatMulIntegerToFloat',
    [patches(context, last, from.shape, taps), weights.columns, scale, weights.scales, zero, '', ...bias],
    {},
    microsoft,
  )
  const steps = stepsOf(context, some)
  const added = bias.map((each) => wholeBias(context, each, context.emit('Mul', [weights.scales, scale])))
  const one = context.fill('float32', 1, [])
  const middle = context.whole('uint8', 128, [])
  // Steps of one of its own for each channel: they are put into the scales of the weights.
  const factors = context.emit('Div', [weights.scales, steps])
  const y = context.emit(
    'QLinearConv',
    [last, scale, zero, weights.kernel, factors, context.whole('int8', 0, [out]), one, middle, ...added],
    { ...windowAttributes(window, taps), channels_last: 1 },
    microsoft,
  )
  const plain = transposeTo(context, y, [0, 3, 1, 2])
  return context.emit('DequantizeLinear', [plain, steps, context.whole('uint8', 128, [out])], { axis: 1 })
}

interface WholeWeights {
  /** `[out, in, …K]` */
  readonly kernel: string
  /** The same as `[K · in, out]`. */
  readonly columns: string
  /** `[out]` */
  readonly scales: string
}

function wholeWeights(context: Context, { name, shape, turned }: Kernel): WholeWeights {
  const [first, second, ...spatial] = shape as [number, number, ...number[]]
  const taps = sizeOf(spatial)
  const [out, channels] = turned ? [second, first] : [first, second]
  const rows = turned ? transposeTo(context, reshapeTo(context, name, [first, second, taps]), [1, 0, 2]) : name
  const { whole, scales } = wholeRows(context, reshapeTo(context, rows, [out, channels * taps]), out)
  // [in · K, out]: whole rows are put in order, which is fast.
  const byPlace = transposeTo(context, whole, [1, 0])
  const at = (tap: number): number => (turned ? taps - 1 - tap : tap)
  const order = context.places(`taps first ${[channels, taps, turned]}`, () =>
    Int32Array.from({ length: channels * taps }, (_, i) => (i % channels) * taps + at(Math.floor(i / channels))),
  )
  const columns = context.emit('Gather', [byPlace, order], { axis: 0 })
  if (!turned) return { kernel: reshapeTo(context, whole, shape), columns, scales }
  const reversed = context.places(`taps reversed ${[channels, taps]}`, () =>
    Int32Array.from({ length: channels * taps }, (_, i) => i - (i % taps) + at(i % taps)),
  )
  const back = transposeTo(context, context.emit('Gather', [byPlace, reversed], { axis: 0 }), [1, 0])
  return { kernel: reshapeTo(context, back, [out, channels, ...spatial]), columns, scales }
}

/** What a kernel sees at a few places of every item, `[places · items, K · C]`, of `x [N, H, W, C]`. */
function patches(context: Context, last: string, shape: readonly number[], taps: readonly number[]): string {
  const [items, channels, ...size] = shape as [number, number, ...number[]]
  const side = Math.ceil(Math.sqrt(samples / items))
  const [down, across] = size.map((dim, axis) => placesIn(dim - taps[axis]! + 1, side)) as [number[], number[]]
  const all = down.flatMap((top) =>
    across.map((left) => {
      const patch = sliceAxes(context, last, [1, 2], [top, left], [top + taps[0]!, left + taps[1]!])
      return reshapeTo(context, patch, [items, channels * sizeOf(taps)])
    }),
  )
  return all.length === 1 ? all[0]! : context.emit('Concat', all, { axis: 0 })
}

/** Up to `count` of `choices` places, evenly apart. */
function placesIn(choices: number, count: number): readonly number[] {
  const some = Math.min(count, choices)
  return Array.from({ length: some }, (_, i) => Math.floor(((i + 0.5) * choices) / some))
}

/** The steps of each channel, `[out]`, from some of its values. */
function stepsOf(context: Context, values: string): string {
  const largest = context.emit('ReduceMax', [context.emit('Abs', [values]), context.int64([0])], { keepdims: 0 })
  const all = context.emit('ReduceMax', [largest, context.int64([0])], { keepdims: 1 })
  const least = context.emit('Mul', [all, context.fill('float32', leastShare, [])])
  const ranges = context.emit('Max', [largest, least, context.fill('float32', tiny, [])])
  return context.emit('Mul', [ranges, context.fill('float32', margin / 127, [])])
}

/** The bias in steps of `scale`, within 30 bits. */
function wholeBias(context: Context, bias: string, scale: string): string {
  const steps = context.emit('Round', [context.emit('Div', [bias, scale])])
  const [low, high] = [-(2 ** 30), 2 ** 30].map((bound) => context.fill('float32', bound, []))
  return context.emit('Cast', [context.emit('Clip', [steps, low!, high!])], { to: dataTypes.int32.code })
}
