/**
 * Weights in eight bits: a whole number for every weight and a scale for every output channel,
 *
 *     ŵ = s q,   s = max |w| / 127,   q = round(w / s) ∈ {−127 … 127},   |w − ŵ| ≤ s / 2,
 *
 * and ONNX models whose weights are stored in fewer bits. Narrower scales that clip the largest weights gained nothing on trained
 * networks: at eight bits, clipping costs more than rounding.
 *
 * - Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference (Jacob et al., 2018),
 *   https://arxiv.org/abs/1712.05877
 * - A White Paper on Neural Network Quantization (Nagel et al., 2021), https://arxiv.org/abs/2106.08295
 */
import { TweedieError } from '../../errors.ts'
import { attribute, dataTypes, tensorProto } from './proto/model.ts'
import type { ModelProto, NodeProto, TensorProto } from './proto/model.ts'

/** Whole numbers in −127 … 127, and the scale of each channel: the elements of channel c lie together and stand for s_c q. */
export interface Quantized {
  readonly values: Int8Array
  readonly scales: Float32Array
}

/** How to quantise. */
export interface QuantizeOptions {
  /** The largest whole number; default 127: −128 is left out, so that zero stands in the middle. */
  readonly most?: number
  /** The least scale of each channel; default 0. */
  readonly finest?: Float32Array
}

/**
 * The nearest whole numbers and scales of `weights`, `[channels, …]` flat.
 *
 * @throws TweedieError `model` where a weight is not finite
 */
export function quantize(
  weights: Float32Array,
  channels: number,
  { most = 127, finest }: QuantizeOptions = {},
): Quantized {
  const size = weights.length / channels
  const values = new Int8Array(weights.length)
  const scales = new Float32Array(channels)
  for (let channel = 0; channel < channels; channel++) {
    const from = channel * size
    let largest = 0
    for (let i = from; i < from + size; i++) largest = Math.max(largest, Math.abs(weights[i]!))
    if (!Number.isFinite(largest)) throw new TweedieError('model', 'weights that are not finite cannot be quantised')
    scales[channel] = Math.max(largest / most, finest?.[channel] ?? 0)
    const scale = scales[channel]!
    if (scale === 0) continue
    for (let i = from; i < from + size; i++)
      values[i] = Math.max(-most, Math.min(most, Math.round(weights[i]! / scale)))
  }
  return { values, scales }
}

/** The weights that these numbers represent, in single precision. */
export function dequantize({ values, scales }: Quantized): Float32Array {
  const size = values.length / scales.length
  return Float32Array.from(values, (value, i) => value * scales[Math.floor(i / size)]!)
}

/** The stored form of a weight: constants, and the nodes that turn them into a value of its name. */
export interface Stored {
  readonly initializers: readonly TensorProto[]
  readonly nodes: readonly NodeProto[]
}

/**
 * A weight `[O, …]` in eight bits, and back by Cast and Mul. DequantizeLinear would do the same, but ONNX Runtime
 * computes
 * Cast and Mul of constants once, when the model is loaded, and keeps DequantizeLinear in the graph for integer kernels
 * to come: every run would dequantise, and convolutions would lose their faster layout of weights.
 */
export function storedInt8({ name, shape, bytes }: TensorProto): Stored {
  const channels = shape[0]!
  const { values, scales } = quantize(floatsOf(bytes), channels)
  const [whole, scale, cast] = [`${name}:int8`, `${name}:scale`, `${name}:cast`]
  return {
    initializers: [
      tensorProto(whole, 'int8', shape, values),
      tensorProto(scale, 'float32', [channels, ...shape.slice(1).map(() => 1)], scales),
    ],
    nodes: [toFloat32(whole, cast), { opType: 'Mul', name, inputs: [cast, scale], outputs: [name] }],
  }
}

/**
 * A weight in sixteen bits, and back by Cast.
 *
 * @param encode the bits of the nearest half-precision numbers
 */
export function storedFloat16(
  { name, shape, bytes }: TensorProto,
  encode: (weights: Float32Array) => Uint16Array,
): Stored {
  const half = `${name}:float16`
  return {
    initializers: [tensorProto(half, 'float16', shape, encode(floatsOf(bytes)))],
    nodes: [toFloat32(half, name)],
  }
}

/** The same model with some of its constants stored in another way; `undefined` leaves one as it is. */
export function withStored(model: ModelProto, store: (tensor: TensorProto) => Stored | undefined): ModelProto {
  const parts = model.graph.initializers.map((tensor) => store(tensor) ?? { initializers: [tensor], nodes: [] })
  return {
    ...model,
    graph: {
      ...model.graph,
      initializers: parts.flatMap(({ initializers }) => initializers),
      nodes: [...parts.flatMap(({ nodes }) => nodes), ...model.graph.nodes],
    },
  }
}

function toFloat32(from: string, to: string): NodeProto {
  const attributes = { to: attribute.int(dataTypes.float32.code) }
  return { opType: 'Cast', name: to, inputs: [from], outputs: [to], attributes }
}

function floatsOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer)
}
