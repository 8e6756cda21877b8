/**
 * Convolutions as products over all places of all images, one for each tap of the kernel, channels last:
 * y[n, p, o] = Σ_k x[n, p · stride + k · dilation − padding, :] · w[k, :, o].
 *
 * ONNX Runtime as WebAssembly multiplies an image at a time, and sixteen places at once: of 7 × 7 places, it computes for 64. Here
 * the places of all images follow one another.
 */
import type { Window } from '../../graph/ops.ts'
import { sizeOf } from '../../graph/shape.ts'
import type { Shape } from '../../graph/shape.ts'
import type { Context } from './context.ts'
import { padAxes, reshapeTo, sliceAxes, transposeTo } from './movement.ts'

/** A kernel `[O, C, …K]`; turned: reversed, and from O channels to C, as the gradient of the input takes it. */
export interface TapKernel {
  readonly name: string
  readonly shape: Shape
  readonly turned: boolean
  readonly bias?: string | undefined
}

/** Places that WebAssembly multiplies at once. */
const vector = 16

/** The share of useful places below which taps are faster: they cost copies. */
const leastUse = 0.85

/** Channels below which products of a tap are too short. */
const leastChannels = 32

/** The convolution in this way; undefined where ONNX's own is as fast. */
export function convByTaps(
  context: Context,
  x: string,
  { shape: xShape, dtype }: { readonly shape: Shape; readonly dtype: string },
  kernel: TapKernel,
  { stride, padding, dilation, groups }: Window,
): string | undefined {
  const [n, channels, ...size] = xShape as [number, number, ...number[]]
  const [rows, columns, ...taps] = kernel.shape as [number, number, ...number[]]
  const out = kernel.turned ? columns : rows
  const places = size.map((each, axis) => {
    const [before, after] = padding[axis]!
    return Math.floor((each + before + after - dilation[axis]! * (taps[axis]! - 1) - 1) / stride[axis]!) + 1
  })
  const use = sizeOf(places) / (vector * Math.ceil(sizeOf(places) / vector))
  if (context.target.provider !== 'wasm' || dtype !== 'float32' || groups !== 1 || sizeOf(taps) === 1) return undefined
  if (use >= leastUse || Math.min(channels, out) < leastChannels) return undefined

  const spatial = taps.map((_, axis) => axis)
  const padded = padAxes(
    context,
    transposeTo(context, x, [0, ...spatial.map((axis) => axis + 2), 1]),
    taps.length + 2,
    spatial.map((axis) => axis + 1),
    padding.map(([before]) => before),
    padding.map(([, after]) => after),
    context.fill('float32', 0, []),
  )
  // [O, C, …K] → [taps, C, O]; turned: [taps, O, C]
  const order = [...spatial.map((axis) => axis + 2), ...(kernel.turned ? [0, 1] : [1, 0])]
  const stacked = reshapeTo(context, transposeTo(context, kernel.name, order), [sizeOf(taps), channels, out])
  // The weight gradient views x in the same way, with its axes in order: a shared view would be kept until then.
  const axes = spatial.map((axis) => axis + 1).toReversed()
  let sum = kernel.bias
  for (let at = 0; at < sizeOf(taps); at++) {
    const tap = placeIn(taps, at)
    const start = tap.map((each, axis) => each * dilation[axis]!)
    const end = start.map((from, axis) => from + (places[axis]! - 1) * stride[axis]! + 1)
    const view = sliceAxes(context, padded, axes, start.toReversed(), end.toReversed(), stride.toReversed())
    const which = kernel.turned ? sizeOf(taps) - 1 - at : at
    const weights = reshapeTo(context, sliceAxes(context, stacked, [0], [which], [which + 1], [1]), [channels, out])
    const flat = reshapeTo(context, view, [n * sizeOf(places), channels])
    sum = context.emit('Gemm', [flat, weights, ...(sum === undefined ? [] : [sum])])
  }
  const whole = reshapeTo(context, sum!, [n, ...places, out])
  return transposeTo(context, whole, [0, taps.length + 1, ...spatial.map((axis) => axis + 1)])
}

/** The `at`-th place of a box, the last axis fastest. */
function placeIn(size: readonly number[], at: number): number[] {
  const place: number[] = []
  for (let rest = at, axis = size.length - 1; axis >= 0; axis--) {
    place[axis] = rest % size[axis]!
    rest = Math.floor(rest / size[axis]!)
  }
  return place
}
