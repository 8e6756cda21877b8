/**
 * Number formats of weights: how exported networks store large weights, and the values that are read back. All
 * arithmetic stays in single precision.
 */
import { TweedieError } from '../errors.ts'
import { sizeOf } from '../engine/graph/index.ts'
import { decodeFloat16, encodeFloat16 } from '../files/io/half.ts'
import type { ModelProto } from '../engine/onnx/proto/model.ts'
import { dequantize, quantize, storedFloat16, storedInt8, withStored } from '../engine/onnx/quantize.ts'
import { flatWeights, type PartWeights } from './part-weights.ts'

/** Bits of a large weight: all 32; 16, half precision; 8, whole numbers with a scale for every output channel. */
export const weightFormats = ['float32', 'float16', 'int8'] as const
export type WeightFormat = (typeof weightFormats)[number]

/** Biases, norms and smaller weights stay in single precision: they are small. */
const leastElements = 1024

/** Whether a parameter is stored in fewer bits. Its first axis is then that of the output channels, in all of our layers. */
function isLarge(shape: readonly number[]): boolean {
  return shape.length >= 2 && sizeOf(shape) >= leastElements
}

/**
 * The model with the weights of these names stored in a format.
 *
 * @throws TweedieError `model` where a weight has no place in it
 */
export function storeWeights(
  model: ModelProto,
  weights: ReadonlyMap<string, unknown>,
  format: WeightFormat,
): ModelProto {
  if (format === 'float32') return model
  return withStored(model, (tensor) => {
    if (!weights.has(tensor.name) || !isLarge(tensor.shape)) return undefined
    return format === 'int8' ? storedInt8(tensor) : storedFloat16(tensor, halvesOf)
  })
}

/**
 * The model with its weights rounded as in an exported file of this format; its samples show what the format costs.
 *
 * @throws TweedieError `model` if a weight does not fit it @example
 * const { items } = await generate(roundWeights(model, 'int8'), engine, { count: 16, times: timesOf(model.schedule, 20) })
 */
export function roundWeights<M extends PartWeights>(model: M, format: WeightFormat): M {
  if (format === 'float32') return model
  const weights = model.stored ? flatWeights(model) : model.weights.slice()
  for (const { shape, data } of model.layout.toMap(weights).values()) {
    if (!isLarge(shape)) continue
    data.set(format === 'int8' ? dequantize(quantize(data, shape[0]!)) : decodeFloat16(halvesOf(data)))
  }
  return { ...model, weights, stored: undefined }
}

/** The bits of half-precision numbers. Refuses values that would become infinite. */
function halvesOf(weights: Float32Array): Uint16Array {
  const halves = encodeFloat16(weights)
  if (halves.some((half) => (half & 0x7c00) === 0x7c00)) {
    throw new TweedieError('model', 'a weight is too large for half precision, or not finite', {
      hint: 'store the weights as float32, or as int8, which scales them',
    })
  }
  return halves
}
