/**
 * Convolutions in eight bits. If the ranges of inputs and outputs are known, integers stand for
 *
 *     x ≈ s_x (q_x − z_x),   q_x ∈ {0 … 255};     w ≈ s_w q_w,   q_w ∈ {−64 … 64};     y ≈ s_y (q_y − z_y),   q_y ∈ {0 … 255},
 *
 * with a scale s_w for each output channel, and y = s_x s_w (Σ (q_x − z_x) q_w + q_b) is summed in 32 bits. Zero is exact.
 * Weights use only seven bits: x86 processors that lack integer dot products add two products in 16 bits, and
 * 2 · 255 · 64 still fits, so that sums are the same on every machine.
 *
 * - Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference (Jacob et al., 2018),
 *   https://arxiv.org/abs/1712.05877
 */
import { TweedieError } from '../../errors.ts'
import { tensorProto } from './proto/model.ts'
import type { GraphProto, ModelProto, NodeProto, TensorProto } from './proto/model.ts'
import { quantize } from './quantize.ts'

/** The smallest and the largest value. */
export type Range = readonly [least: number, largest: number]

/** The ranges of one convolution: of its input, and of its output with bias. */
export interface ConvolutionRange {
  readonly input: Range
  readonly output: Range
}

/** Ranges of convolutions by the names of their weights. */
export type ConvolutionRanges = ReadonlyMap<string, ConvolutionRange>

/** The largest whole number that stands for a weight. */
const mostWeight = 64

/** Whole numbers up to here stand for a bias; the rest of the 32 bits is for the sum. */
const mostBias = 2 ** 30

/** How a range is divided: s and z. */
export interface Steps {
  readonly scale: number
  readonly zero: number
}

/** 255 steps over a range, extended to hold zero. */
export function stepsOf([least, largest]: Range): Steps {
  const low = Math.min(0, least)
  const scale = Math.fround((Math.max(0, largest) - low) / 255) || 1
  return { scale, zero: Math.round(-low / scale) }
}

/**
 * The model with the convolutions of these weights in eight bits, each between QuantizeLinear and DequantizeLinear.
 * Other nodes compute as before. A value that several of them read is quantised once.
 *
 * @throws TweedieError `model` if a weight does not belong to a plain convolution with a constant bias or none
 */
export function int8Convolutions(model: ModelProto, ranges: ConvolutionRanges): ModelProto {
  const graph = new Rewriting(model.graph)
  const missing = new Set(ranges.keys())
  for (const node of model.graph.nodes) {
    const [, weight] = node.inputs
    const range = node.opType === 'Conv' && !node.domain ? ranges.get(weight!) : undefined
    if (range === undefined) graph.nodes.push(node)
    else {
      graph.convolution(node, range)
      missing.delete(weight!)
    }
  }
  const [name] = missing
  if (name !== undefined) {
    throw new TweedieError(
      'model',
      `${name} has ranges, but there is no convolution of it: they are of another network`,
    )
  }
  return { ...model, graph: { ...model.graph, nodes: graph.nodes, initializers: graph.used() } }
}

/** The nodes and constants of a graph while it is rewritten. */
class Rewriting {
  readonly nodes: NodeProto[] = []
  readonly #graph: GraphProto
  readonly #constants: Map<string, TensorProto>
  readonly #quantised = new Map<string, readonly string[]>()

  constructor(graph: GraphProto) {
    this.#graph = graph
    this.#constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]))
  }

  convolution({ inputs, outputs, attributes = {} }: NodeProto, { input, output }: ConvolutionRange): void {
    const [x, w, b] = inputs as [string, string, string?]
    const y = outputs[0]!
    const weight = this.#constants.get(w)
    const bias = b ? this.#constantOf(b) : undefined
    if (!weight || (b && !bias))
      throw new TweedieError('model', `the convolution of ${w} has parts that are not constant`)
    const [given, gives] = [stepsOf(input), stepsOf(output)]
    const whole = wholeNumbers(floatsOf(weight), bias && floatsOf(bias), weight.shape[0]!, given.scale)
    const kernel = this.#weight(w, weight.shape, whole)
    const [scale, zero] = this.#steps(`${y}:uint8`, gives)
    const added = whole.bias ? [this.#constant(`${y}:bias`, 'int32', [whole.bias.length], whole.bias)] : []
    this.nodes.push({
      opType: 'QLinearConv',
      name: `${y}:int8`,
      inputs: [...this.#uint8(x, given), ...kernel, scale, zero, ...added],
      outputs: [`${y}:uint8`],
      attributes,
    })
    this.nodes.push({ opType: 'DequantizeLinear', name: y, inputs: [`${y}:uint8`, scale, zero], outputs: [y] })
  }

  /** The constants that a node or an output still uses. */
  used(): TensorProto[] {
    const names = new Set(
      this.nodes.flatMap(({ inputs }) => inputs).concat(this.#graph.outputs.map(({ name }) => name)),
    )
    return [...this.#constants.values()].filter(({ name }) => names.has(name))
  }

  /** `x` as whole numbers, with its scale and zero. */
  #uint8(x: string, steps: Steps): readonly string[] {
    const key = `${x} ${steps.scale} ${steps.zero}`
    const known = this.#quantised.get(key)
    if (known) return known
    const name = `${x}:whole:${this.#quantised.size}`
    const parts = [name, ...this.#steps(name, steps)]
    this.nodes.push({ opType: 'QuantizeLinear', name, inputs: [x, ...parts.slice(1)], outputs: [name] })
    this.#quantised.set(key, parts)
    return parts
  }

  #steps(name: string, { scale, zero }: Steps): readonly [scale: string, zero: string] {
    return [
      this.#constant(`${name}:scale`, 'float32', [], Float32Array.of(scale)),
      this.#constant(`${name}:zero`, 'uint8', [], Uint8Array.of(zero)),
    ]
  }

  /** A kernel with the scales and zeros of its output channels. */
  #weight(name: string, shape: readonly number[], { values, scales }: WholeNumbers): readonly string[] {
    return [
      this.#constant(`${name}:int8`, 'int8', shape, values),
      this.#constant(`${name}:scale`, 'float32', [scales.length], scales),
      this.#constant(`${name}:zero`, 'int8', [scales.length], new Int8Array(scales.length)),
    ]
  }

  #constant(name: string, dtype: TensorProto['dtype'], shape: readonly number[], data: ArrayBufferView): string {
    this.#constants.set(name, tensorProto(name, dtype, shape, data))
    return name
  }

  /** A constant, also through a reshape of it. */
  #constantOf(name: string): TensorProto | undefined {
    const constant = this.#constants.get(name)
    if (constant) return constant
    const node = this.#graph.nodes.find(({ outputs }) => outputs.includes(name))
    return node?.opType === 'Reshape' ? this.#constantOf(node.inputs[0]!) : undefined
  }
}

interface WholeNumbers {
  readonly values: Int8Array
  readonly scales: Float32Array
  readonly bias: Int32Array | undefined
}

/**
 * Kernel and bias, `[O, …]` and `[O]`, in steps of s_w and of s_x s_w. If all weights are tiny, the bias decides s_w.
 */
function wholeNumbers(
  kernel: Float32Array,
  bias: Float32Array | undefined,
  channels: number,
  inputScale: number,
): WholeNumbers {
  const finest = Float32Array.from(
    { length: channels },
    (_, channel) => Math.abs(bias?.[channel] ?? 0) / (inputScale * mostBias),
  )
  const { values, scales } = quantize(kernel, channels, { most: mostWeight, finest })
  return {
    values,
    scales,
    bias: bias && Int32Array.from(bias, (value, channel) => Math.round(value / (inputScale * scales[channel]!)) || 0),
  }
}

function floatsOf({ bytes }: TensorProto): Float32Array {
  return new Float32Array(bytes.slice().buffer)
}
