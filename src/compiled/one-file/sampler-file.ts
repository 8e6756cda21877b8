/**
 * A whole sampler as one ONNX file: noise in, items out. The schedule and the loop are inside, as a `Loop` of standard
 * operators whose body is the network, once, with its weights; its coefficients are the rows of a table.
 */
import type { Conditions } from '../../diffusion/denoise/denoiser.ts'
import { estimateName, flagAxis, takesEstimates } from '../../diffusion/denoise/self-conditioned.ts'
import { randomNoise } from '../../diffusion/sample/noise-source.ts'
import { evaluationTable, type EvaluationTable } from '../../diffusion/sample/evaluation-table.ts'
import type { LinearSampler } from '../../diffusion/sample/sampler.ts'
import type { Clip } from '../../diffusion/sample/scheduler/parts.ts'
import { type ConditionSpec, conditionShape, conditionType } from '../../engine/nn/condition-spec.ts'
import { Context } from '../../engine/onnx/lower/context.ts'
import { encodeModel } from '../../engine/onnx/proto/encode.ts'
import {
  attribute,
  type GraphProto,
  type ModelProto,
  tensorProto,
  type ValueInfo,
} from '../../engine/onnx/proto/model.ts'
import { renamedGraph } from '../../engine/onnx/rename.ts'
import type { TensorData, Tensors } from '../../engine/runtime/session.ts'
import { type DataScale, itemSize } from '../../files/data/dataset.ts'
import type { Frame } from '../../files/data/frame.ts'
import type { DenoisingModel } from '../denoiser.ts'
import { type ExportOptions, arrangedModel } from '../export-onnx.ts'
import { around, type Body, bodyOf, type FileGuidance } from './body.ts'
import { finished, inUnits, itemsOfFrame, type PixelKind } from './finish.ts'

/** The model of a sampler. */
export type SampledModel = DenoisingModel & { readonly frame: Frame; readonly scale: DataScale }

/** How it samples, and how the file is written. */
export interface SamplerFileOptions extends Pick<
  ExportOptions,
  'batch' | 'weights' | 'ranges' | 'target' | 'metadata'
> {
  readonly sampler: LinearSampler
  /** Falling. */
  readonly times: readonly number[]
  readonly clip: Clip | null
  /** The network sees each item twice: with its conditions, and with these instead. */
  readonly guidance?: (FileGuidance & { readonly away: Conditions }) | undefined
  /** Whether the network is told what it estimated a step before; default, wherever it takes that. */
  readonly recalls?: boolean | undefined
  /** Of pictures of bytes; default `float`. */
  readonly pixels?: PixelKind | undefined
  /** A graph from `x`, items as the network has them, to `output`, behind the sampler: a decoder. */
  readonly decoder?: Decoder | undefined
}

/** What makes items of codes. */
export interface Decoder {
  /** From codes in their own units to arrays of a frame of their own: `x` to `output`, for batches of the file's size. */
  readonly graph: GraphProto
  readonly opsets: ModelProto['opsets']
  readonly frame: Frame
  readonly scale: DataScale
}

/** The file, and its inputs and outputs. */
export interface SamplerFile {
  readonly bytes: Uint8Array
  readonly table: EvaluationTable
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
}

/**
 * The bytes of an `.onnx` file with these inputs, each with the batch first unless said otherwise:
 *
 * - `noise` `[batch, ...shape]`: standard normal, of the shape that the network sees
 * - `noise_steps` `[draws, batch, ...shape]`: further noise, of samplers that draw on the way
 * - `labels` `[batch]` int32, and the model's other conditions by name
 * - `guidance` `[]`: w of (w + 1) ε_c − w ε_∅, where the file is made for guidance
 *
 * and the output `output` `[batch, ...item]`.
 *
 * @throws TweedieError `model` where the graph cannot be freed from its batch size, `usage` for times that make no sense
 * @example
 * const { bytes } = samplerFile(model, { sampler: ddim(), times: timesOf(model.schedule, 20), clip: null })
 */
export function samplerFile(model: SampledModel, options: SamplerFileOptions): SamplerFile {
  const { sampler, times, clip, guidance, pixels = 'float', decoder, metadata = {} } = options
  const { recalls = takesEstimates(model.network) } = options
  const batch = options.batch ?? 'batch'
  const table = evaluationTable(sampler.plan(model.schedule, times), model.schedule)
  const network = arrangedModel(model, {
    ...options,
    batch: options.batch === undefined ? undefined : options.batch * (guidance ? 2 : 1),
  })
  const body = bodyOf({ model, table, clip, guidance, network: network.graph, batch, recalls })
  const context = new Context({ provider: 'webgpu' }, 'main/')
  const inputs = inputsOf(model, table, batch, guidance !== undefined)
  const last = loopOf(context, { model, table, times, guidance, body, recalls })
  const codes = itemsOfFrame(context, last, model.frame)
  const items = decoder ? decoded(context, codes, model.scale, decoder) : codes
  const { frame, scale } = decoder ?? model
  const { name, dtype } = finished(context, items, scale, pixels)
  context.nodes.push({ opType: 'Identity', name: 'output', inputs: [name], outputs: ['output'] })
  const outputs: ValueInfo[] = [{ name: 'output', dtype, shape: [batch, ...frame.item] }]
  const bytes = encodeModel({
    irVersion: 10,
    opsets: { ...network.opsets, ...decoder?.opsets },
    producerName: 'tweedie',
    metadata,
    graph: { name: 'sampler', nodes: context.nodes, initializers: context.initializers, inputs, outputs },
  })
  return { bytes, table, inputs, outputs }
}

/** What to feed a file. */
export interface SamplerFileFeeds {
  readonly batch: number
  /** Of all noise: item i is the item i of our own sampling with this seed. Default 0. */
  readonly seed?: number | bigint | string
  /** By name, `[batch, ...]`. */
  readonly conditions?: Conditions
  /** w. */
  readonly guidance?: number | undefined
}

/** The inputs of a file by name: the noise that our own sampling draws, conditions, guidance. */
export function samplerFileFeeds(
  { table, inputs }: Pick<SamplerFile, 'table' | 'inputs'>,
  { batch, seed = 0, conditions = {}, guidance = 0 }: SamplerFileFeeds,
): Tensors {
  const size = itemSize(inputs[0]!.shape!.slice(1) as number[])
  const draw = randomNoise(size, { seed })
  const feed = ({ name, dtype, shape = [] }: ValueInfo): TensorData => {
    const sizes = shape.map((each) => (typeof each === 'number' ? each : batch))
    const data = dtype === 'int32' ? new Int32Array(itemSize(sizes)) : new Float32Array(itemSize(sizes))
    const floats = data as Float32Array
    if (name === 'noise') draw(floats, -1, 0)
    else if (name === around.guidance) floats[0] = guidance
    else if (name !== around.noise) data.set(conditions[name] ?? [])
    else {
      table.draws.forEach((each, i) =>
        draw(floats.subarray(i * batch * size, (i + 1) * batch * size), each.step, each.draw),
      )
    }
    return { dtype: dtype as 'float32' | 'int32', shape: sizes, data }
  }
  return Object.fromEntries(inputs.map((info) => [info.name, feed(info)]))
}

function inputsOf(
  { network }: SampledModel,
  { draws }: EvaluationTable,
  batch: number | string,
  guided: boolean,
): ValueInfo[] {
  const conditions = askedOf(network).map(([name, spec]): ValueInfo => ({
    name,
    dtype: conditionType(spec),
    shape: [batch, ...conditionShape(spec)],
  }))
  const noise: ValueInfo = { name: 'noise', dtype: 'float32', shape: [batch, ...network.inputShape] }
  const further: ValueInfo = {
    name: around.noise,
    dtype: 'float32',
    shape: [draws.length, batch, ...network.inputShape],
  }
  return [
    noise,
    ...(draws.length > 0 ? [further] : []),
    ...conditions,
    ...(guided ? [{ name: around.guidance, dtype: 'float32', shape: [] } as const] : []),
  ]
}

/** The conditions that are asked for: a network's own estimate comes from the loop. */
function askedOf({ conditions, inputShape }: SampledModel['network']): [string, ConditionSpec][] {
  const recalls = takesEstimates({ conditions, inputShape })
  return Object.entries(conditions).filter(([name]) => !(recalls && name === estimateName))
}

/** Items of codes: the decoder's graph becomes a part of the file. */
function decoded(context: Context, codes: string, scale: DataScale, { graph, frame }: Decoder): string {
  const whole = renamedGraph(graph, (each) => (each === 'x' ? inUnits(context, codes, scale) : `decoder/${each}`))
  context.nodes.push(...whole.nodes)
  context.initializers.push(...whole.initializers)
  return itemsOfFrame(context, 'decoder/output', frame)
}

interface LoopParts {
  readonly model: SampledModel
  readonly table: EvaluationTable
  readonly times: readonly number[]
  readonly guidance: SamplerFileOptions['guidance']
  readonly body: Body
  readonly recalls: boolean
}

/** The loop and what goes into it; the name of the last state. */
function loopOf(context: Context, { model, table, times, guidance, body, recalls }: LoopParts): string {
  const { schedule } = model
  const size = context.emit('Shape', ['noise'], { start: 0, end: 1 })
  const both = guidance ? context.emit('Mul', [size, context.int64([2])]) : size
  const one = context.fill('float32', 1, [1])
  name(context, context.emit('Expand', [one, both]), around.ones)
  for (const [condition, spec] of askedOf(model.network)) {
    const away = guidance?.away[condition]
    const doubled = (): string => {
      if (away === undefined) return context.emit('Concat', [condition, condition], { axis: 0 })
      const shape = [1, ...conditionShape(spec)]
      const none = context.literal(conditionType(spec), shape, away)
      const whole = context.emit('Shape', [condition])
      return context.emit('Concat', [condition, context.emit('Expand', [none, whole])], { axis: 0 })
    }
    name(context, guidance ? doubled() : condition, around.condition(condition))
  }
  const scale = Math.hypot(schedule.alpha(times[0]!), schedule.sigma(times[0]!))
  const start = context.emit('Mul', ['noise', context.fill('float32', scale, [1])])
  const first = (weights: EvaluationTable['first']['point']): string => {
    const terms = [...weights.noise].map(([draw, weight]) => {
      const z = context.emit('Gather', [around.noise, context.int64([draw], [])], { axis: 0 })
      return context.emit('Mul', [z, context.fill('float32', weight, [1])])
    })
    const own = weights.state === 1 ? start : context.emit('Mul', [start, context.fill('float32', weights.state, [1])])
    return terms.reduce((sum, term) => context.emit('Add', [sum, term]), own)
  }
  const filled = (value: number, shape: readonly number[], items = size): string => {
    const whole = context.emit('Concat', [items, context.int64([...shape])], { axis: 0 })
    return context.emit('Expand', [context.fill('float32', value, [1]), whole])
  }
  if (takesEstimates(model.network)) {
    const shape = conditionShape(model.network.conditions[estimateName]!)
    if (recalls) name(context, filled(1, shape.with(flagAxis(model.network) - 1, 1)), around.told)
    else name(context, filled(0, shape, both), around.condition(estimateName))
  }
  const initial = body.carried.map((each) =>
    each.name === 'point'
      ? first(table.first.point)
      : each.name === 'state'
        ? first(table.first.state)
        : filled(0, each.shape),
  )
  const turns = context.int64([table.rows.length], [])
  context.initializers.push(tensorProto('main/go', 'bool', [], Uint8Array.of(1)))
  const outputs = body.carried.map((each) => `last/${each.name}`)
  context.nodes.push({
    opType: 'Loop',
    name: 'loop',
    inputs: [turns, 'main/go', ...initial],
    outputs,
    attributes: { body: attribute.graph(body.graph) },
  })
  return outputs[0]!
}

function name(context: Context, from: string, to: string): void {
  context.nodes.push({ opType: 'Identity', name: to, inputs: [from], outputs: [to] })
}
