/** Lowering of convolutions and of their gradients in the input. Weight gradients: `conv-weight.ts`. */
import type { Shape } from '../../graph/shape.ts'
import type { TensorOf } from '../../graph/tensor.ts'
import { blockedConv } from './blocked.ts'
import type { Context } from './context.ts'
import { reshapeTo, reverseAxes, transposeTo } from './movement.ts'
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
  return (
    blockedConv(context, x, inputs[0]!, { name: w, shape, turned: false, bias }, attributes) ??
    context.emit('Conv', given(x, w, bias), windowAttributes(attributes, shape.slice(2)))
  )
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
    return (
      blockedConv(context, dy, inputs[0]!, { name: w, shape: wShape, turned: true, bias }, flipped) ??
      context.emit(
        'Conv',
        given(dy, turned(context, w, wShape, window.groups), bias),
        windowAttributes(flipped, kernel),
      )
    )
  }
  // what stride leaves over behind the last window: size = (dy − 1) stride − before − after + reach + 1 + extra
  const extra = size.map((dim, axis) => {
    const [before, after] = window.padding[axis]!
    return dim - ((dyShape[axis + 2]! - 1) * window.stride[axis]! - before - after + reach[axis]! + 1)
  })
  return context.emit('ConvTranspose', given(dy, w, bias), {
    ...windowAttributes(window, kernel),
    output_padding: extra,
  })
}
