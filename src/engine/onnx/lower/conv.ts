/** Lowering of convolutions and of their gradients in the input. Weight gradients: `conv-weight.ts`. */
import type { Shape } from '../../graph/shape.ts'
import type { Window } from '../../graph/ops.ts'
import type { Tensor, TensorOf } from '../../graph/tensor.ts'
import { blockedConv } from './blocked.ts'
import { fromBlocks, hasBlocks, toBlocks } from './blocks.ts'
import type { Context } from './context.ts'
import { convByTaps } from './conv-taps.ts'
import { int8Conv } from './int8-conv.ts'
import { reshapeTo, reverseAxes, sliceAxes, transposeTo } from './movement.ts'
import { windowAttributes } from './window.ts'

type Pads = readonly (readonly [number, number])[]

/** The convolution, with a bias `[O]` if one is named. */
export const conv = (
  context: Context,
  { inputs, attributes }: TensorOf<'conv'>,
  x: string,
  w: string,
  bias?: string,
): string => {
  const shape = inputs[1]!.shape
  const kernel = { name: w, shape, turned: false, bias }
  return (
    int8Conv(context, x, inputs[0]!, kernel, attributes) ??
    blockedConv(context, x, inputs[0]!, kernel, attributes) ??
    convByTaps(context, x, inputs[0]!, kernel, attributes) ??
    context.emit('Conv', given(x, w, bias), windowAttributes(attributes, shape.slice(2)))
  )
}

/** The convolution with a bias, and a tensor of the result's shape: added in place if both are in blocks. */
export function convPlus(
  context: Context,
  node: TensorOf<'conv'>,
  x: string,
  w: string,
  bias: string,
  plus: string,
): string {
  const { inputs, attributes } = node
  const kernel = { name: w, shape: inputs[1]!.shape, turned: false, bias }
  const blocked = hasBlocks(context, node) ? blockedConv(context, x, inputs[0]!, kernel, attributes, plus) : undefined
  return blocked ?? context.emit('Add', [conv(context, node, x, w, bias), plus])
}

const given = (...inputs: (string | undefined)[]): string[] => inputs.filter((each) => each !== undefined)

/**
 * `w [O, C / g, …K]` → `[C, O / g, …K]` with every kernel reversed: the kernel of the input's gradient.
 */
function turned(context: Context, w: string, shape: Shape, groups: number): string {
  const [out, perGroup, ...kernel] = shape as [number, number, ...number[]]
  const spatial = kernel.map((_, axis) => axis)
  const flip = (name: string, from: number): string =>
    reverseAxes(
      context,
      name,
      spatial.filter((axis) => kernel[axis]! > 1).map((axis) => axis + from),
    )
  if (groups === 1) return transposeTo(context, flip(w, 2), [1, 0, ...spatial.map((axis) => axis + 2)])
  const split = reshapeTo(context, flip(w, 2), [groups, out / groups, perGroup, ...kernel])
  return reshapeTo(context, transposeTo(context, split, [0, 2, 1, ...spatial.map((axis) => axis + 3)]), [
    groups * perGroup,
    out / groups,
    ...kernel,
  ])
}

/**
 * dx from dy. At stride 1 it is a convolution of dy with the turned kernel (faster in ONNX Runtime than ConvTranspose);
 * at larger strides it is ConvTranspose. With a bias `[C]`, if one is named.
 */
export const convInput = (
  context: Context,
  { inputs, attributes: { size, ...window } }: TensorOf<'convInput'>,
  dy: string,
  w: string,
  bias?: string,
): string => {
  const [dyShape, wShape] = [inputs[0]!.shape, inputs[1]!.shape]
  const kernel = wShape.slice(2)
  const reach = kernel.map((taps, axis) => window.dilation[axis]! * (taps - 1))
  const around: Pads = reach.map((extent, axis) => [
    extent - window.padding[axis]![0],
    size[axis]! + window.padding[axis]![0] - dyShape[axis + 2]!,
  ])
  if (window.stride.every((by) => by === 1) && around.flat().every((amount) => amount >= 0)) {
    const flipped = { ...window, padding: around }
    const back = { name: w, shape: wShape, turned: true, bias }
    return (
      int8Conv(context, dy, inputs[0]!, back, flipped) ??
      blockedConv(context, dy, inputs[0]!, back, flipped) ??
      convByTaps(context, dy, inputs[0]!, back, flipped) ??
      context.emit(
        'Conv',
        given(dy, turned(context, w, wShape, window.groups), bias),
        windowAttributes(flipped, kernel),
      )
    )
  }
  const phases = byPhases(context, dy, inputs as [Tensor, Tensor], size, w, window, bias)
  if (phases !== undefined) return phases
  // the rest behind the last window that the stride leaves: size = (dy − 1) stride − before − after + reach + 1 + extra
  const extra = size.map((dim, axis) => {
    const [before, after] = window.padding[axis]!
    return dim - ((dyShape[axis + 2]! - 1) * window.stride[axis]! - before - after + reach[axis]! + 1)
  })
  return context.emit('ConvTranspose', given(dy, w, bias), {
    ...windowAttributes(window, kernel),
    output_padding: extra,
  })
}

/**
 * A transposed convolution that doubles the size, with four taps to an axis, as four convolutions with two, one for each place in a square of
 * 2 × 2: place a takes every other tap. The results are interleaved in pieces of whole channel blocks, which is fast.
 */
function byPhases(
  context: Context,
  dy: string,
  [from, { shape }]: readonly [Tensor, Tensor],
  size: readonly number[],
  w: string,
  { stride, padding, dilation, groups }: Window,
  bias: string | undefined,
): string | undefined {
  const [batch, , ...places] = from.shape as [number, number, ...number[]]
  const doubles =
    places.length === 2 &&
    groups === 1 &&
    stride.every((by) => by === 2) &&
    dilation.every((by) => by === 1) &&
    padding.flat().every((by) => by === 1) &&
    shape.slice(2).every((taps) => taps === 4) &&
    size.every((dim, axis) => dim === 2 * places[axis]!)
  const { block } = context.target
  const [rows, columns] = shape as [number, number]
  if (!doubles || !context.staysInBlocks || block === undefined || !hasBlocks(context, from)) return undefined
  if (columns % block !== 0) return undefined
  const [height, width] = places as [number, number]
  const phase = (a: number, b: number): string => {
    const taps = sliceAxes(context, w, [2, 3], [1 - a, 1 - b], [4, 4], [2, 2])
    const kernel = { name: taps, shape: [rows, columns, 2, 2], turned: true, bias }
    const around = [a, b].map((at) => [1 - at, at] as const)
    const plain = blockedConv(context, dy, from, kernel, { stride: [1, 1], padding: around, dilation, groups })
    return toBlocks(context, plain!)
  }
  const inTurn = (pieces: readonly string[], length: number): string =>
    context.emit(
      'Concat',
      pieces.map((name) => reshapeTo(context, name, [-1, length])),
      { axis: 1 },
    )
  const lines = [0, 1].map((a) => inTurn([phase(a, 0), phase(a, 1)], block))
  const whole = reshapeTo(context, inTurn(lines, 2 * width * block), [batch, columns, 2 * height, 2 * width])
  return fromBlocks(context, whole, columns)
}
