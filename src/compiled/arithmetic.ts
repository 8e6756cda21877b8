/** The arithmetic of a network's convolutions when it is sampled from. */
import { TweedieError } from '../errors.ts'
import { type ConvolutionRanges, int8Convolutions } from '../engine/onnx/int8-convolution.ts'
import type { CompileOptions } from '../engine/runtime/program.ts'

/**
 * `float32`; or `int8`, eight-bit integers for the inputs, outputs and kernels of most convolutions, about
 * twice as fast on processors with integer dot products. What that costs is in `docs/performance.md`.
 */
export type Arithmetic = 'float32' | 'int8'

/** Devices on which the runtime has integer convolutions. */
const devices: ReadonlySet<string> = new Set(['cpu', 'wasm'])

/**
 * The options that ranges add to a compilation, if there are any.
 *
 * @throws TweedieError `usage` for a device that does not compute with whole numbers
 */
export function computeWith(ranges: ConvolutionRanges | undefined, device = 'cpu'): Pick<CompileOptions, 'rewrite'> {
  if (ranges === undefined) return {}
  requireInt8Device(device)
  return { rewrite: (model) => int8Convolutions(model, ranges) }
}

/** @throws TweedieError `usage` for a device that does not compute with whole numbers */
export function requireInt8Device(device = 'cpu'): void {
  if (devices.has(device)) return
  throw new TweedieError('usage', `int8 arithmetic on device ${device}: only the processor has it`, {
    hint: 'leave out the device, or the arithmetic',
  })
}
