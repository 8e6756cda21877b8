/** A convolution's window as attributes of ONNX. */
import type { Window } from '../../graph/ops.ts'
import type { ShortAttributes } from './context.ts'

/** All leading pads, then all trailing ones, as ONNX wants them. */
export function windowAttributes(
  { stride, padding, dilation, groups }: Window,
  kernel: readonly number[],
): ShortAttributes {
  return {
    kernel_shape: kernel,
    strides: stride,
    pads: [...padding.map(([before]) => before), ...padding.map(([, after]) => after)],
    dilations: dilation,
    group: groups,
  }
}
