/**
 * The network of a model as an ONNX file for any runtime: weights inside, in 32, 16 or 8 bits, standard operators only, named
 * inputs `x` `[batch, ...inputShape]` (int32 for tokens), `t` `[batch]` and `labels` `[batch]` int32, named output `output`.
 */
import { TweedieError } from '../errors.ts'
import type { HostArray, Tensor } from '../engine/graph/index.ts'
import { mergeProjections, simplify, transposeUpsampled } from '../engine/graph/passes/index.ts'
import type { Layout } from '../engine/nn/layout.ts'
import { type ConvolutionRanges, int8Convolutions } from '../engine/onnx/int8-convolution.ts'
import type { Target } from '../engine/onnx/lower/context.ts'
import { encodeModel } from '../engine/onnx/proto/encode.ts'
import type { ModelProto, TensorProto, ValueInfo } from '../engine/onnx/proto/model.ts'
import { shareConstants } from '../engine/onnx/share-constants.ts'
import { toOnnx } from '../engine/onnx/to-onnx.ts'
import { networkGraph, type NetworkWeights } from './network-graph.ts'
import { widened } from './part-weights.ts'
import { storeWeights, type WeightFormat } from './weight-format.ts'

/** How to export. */
export interface ExportOptions {
  /** The batch size of the file; default: any. */
  readonly batch?: number | undefined
  /** How large weights are stored: `float32` (default), `float16`, or `int8` with a scale for every output channel. */
  readonly weights?: WeightFormat | undefined
  /** Ranges of convolutions, which then compute in eight bits on a processor: those that `calibrate` finds. */
  readonly ranges?: ConvolutionRanges | undefined
  /** Lowered for one runtime and kind of processor, with operators of its own; by default for any, with standard ones. */
  readonly target?: Target | undefined
  /** Text stored in the file. */
  readonly metadata?: Readonly<Record<string, string>>
}

/**
 * The bytes of an `.onnx` file.
 *
 * @throws TweedieError `model` where the network's graph cannot be freed from its batch size, or a weight does not fit
 * the format, or `ranges` belong to another network
 */
export function exportOnnx(model: NetworkWeights, options: ExportOptions = {}): Uint8Array {
  return encodeModel(networkModel(model, options))
}

/** Any graph with the weights of a network. */
export interface ExportedGraph {
  /** The outputs by name for batches of one size. */
  readonly outputs: (batch: number) => Readonly<Record<string, Tensor>>
  /** The weights by the names of the graph's inputs; unused ones are left out. */
  readonly weights: ReadonlyMap<string, HostArray>
  readonly layout: Layout
  /** All weights, flat. */
  readonly flat: Float32Array
}

/** The bytes of an `.onnx` file of any graph, as {@link exportOnnx} makes them of a network. @throws TweedieError `model` as there */
export function exportGraph(graph: ExportedGraph, options: ExportOptions = {}): Uint8Array {
  return encodeModel(graphModel(graph, options))
}

/** The network of {@link exportOnnx} before it is written. */
export function networkModel(model: NetworkWeights, options: ExportOptions = {}): ModelProto {
  return graphModel(
    graphOf(model, (output) => output),
    options,
  )
}

/**
 * The same network, arranged for processors as our own sampling is: convolutions of enlarged images are transposed ones, and weights of attention that follow one another are
 * multiplied, by the runtime as it loads the file. Ranges name convolutions, so with them the network stays as it is.
 */
export function arrangedModel(model: NetworkWeights, options: ExportOptions = {}): ModelProto {
  if (options.ranges !== undefined) return networkModel(model, options)
  const names = new Set(model.layout.specs.map(({ name }) => name))
  const merged = (output: Tensor) =>
    simplify(mergeProjections(simplify([output]), ({ attributes: { name } }) => names.has(name)))
  return graphModel(
    graphOf(model, (output) => transposeUpsampled(merged(output))[0]!),
    options,
  )
}

function graphOf(part: NetworkWeights, arrange: (output: Tensor) => Tensor): ExportedGraph {
  const model = widened(part)
  const { layout, weights: flat } = model
  const outputs = (size: number) => ({ output: arrange(networkGraph(model, size).output) })
  return { outputs, weights: new Map(viewsOf(layout, flat)), layout, flat }
}

const viewsOf = (layout: Layout, flat: Float32Array): (readonly [string, HostArray])[] =>
  Array.from(layout.toMap(flat), ([name, { data }]) => [name, data] as const)

/** The model of {@link exportGraph} before it is written. */
export function graphModel(
  { outputs, weights: constants, layout, flat }: ExportedGraph,
  { batch, weights: format = 'float32', ranges, target = { provider: 'webgpu' }, metadata = {} }: ExportOptions = {},
): ModelProto {
  const make = (size: number): ModelProto => toOnnx(outputs(size), { target, constants, metadata })
  const full = batch === undefined ? freeBatch(make) : make(batch)
  const weights = layout.toMap(flat)
  const shared = shareConstants(full, weights)
  return storeWeights(ranges ? int8Convolutions(shared, ranges) : shared, weights, format)
}

/** Two batch sizes that no other dimension is likely to have. */
const sizes = [1009, 1013] as const

/**
 * Graphs have fixed shapes, so a batch of any size is found by comparison: in the graphs of two sizes only the targets of
 * reshapes differ, each in one place, and -1 there stands for the size that the others leave.
 */
function freeBatch(make: (size: number) => ModelProto): ModelProto {
  const [one, other] = [make(sizes[0]), make(sizes[1])]
  const { graph } = one
  if (JSON.stringify(graph.nodes) !== JSON.stringify(other.graph.nodes)) throw bound()
  const reshaped = new Set(graph.nodes.flatMap(({ opType, inputs }) => (opType === 'Reshape' ? inputs.slice(1) : [])))
  const used = graph.nodes.flatMap(({ opType, inputs }) => (opType === 'Reshape' ? inputs.slice(0, 1) : inputs))
  for (const name of used) reshaped.delete(name)
  const initializers = graph.initializers.map((tensor, i) => {
    const twin = other.graph.initializers[i]!
    if (equal(tensor.bytes, twin.bytes)) return tensor
    if (!reshaped.has(tensor.name)) throw bound()
    return withFreePlace(tensor, twin)
  })
  return { ...one, graph: { ...graph, initializers, inputs: graph.inputs.map(free), outputs: graph.outputs.map(free) } }
}

/** A reshape's target with −1 where the two differ. */
function withFreePlace(tensor: TensorProto, twin: TensorProto): TensorProto {
  const [shape, others] = [tensor, twin].map(({ bytes }) => new BigInt64Array(bytes.slice().buffer)) as [
    BigInt64Array,
    BigInt64Array,
  ]
  const places = Array.from(shape.keys()).filter((i) => shape[i] !== others[i])
  if (places.length !== 1) throw bound()
  shape[places[0]!] = -1n
  return { ...tensor, bytes: new Uint8Array(shape.buffer) }
}

const free = (info: ValueInfo): ValueInfo => ({ ...info, shape: ['batch', ...(info.shape ?? []).slice(1)] })

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

function bound(): TweedieError {
  return new TweedieError('model', "this network's graph needs a batch size", { hint: 'say it: `batch: 1`' })
}
