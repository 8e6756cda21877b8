/**
 * A network whose graph is an ONNX file: exported by us, by diffusers or Optimum, or by anybody. It has no parameters: its weights
 * stay in the file, and so it cannot be trained, and nothing can take its gradients. Everything else works as with any network.
 */
import { TweedieError } from '../../errors.ts'
import { concat, type Shape, sizeOf, slice, type Tensor } from '../../engine/graph/index.ts'
import { reshape } from '../../engine/graph/index.ts'
import type { ConditionSpec, ConditionSpecs } from '../../engine/nn/condition-spec.ts'
import type { Network } from '../../engine/nn/network.ts'
import { networkClasses } from '../../engine/nn/network-classes.ts'
import { networkFromConfig } from '../../engine/nn/registry.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import type { ValueInfo } from '../../engine/onnx/proto/model.ts'
import { fixedItems, itemSizes, nameIn, type OnnxFile, outputOf } from './onnx-file.ts'

/** The class of networks that are files, where no configuration says of which class they were. */
export const onnxClass = 'OnnxNetwork'

/** Under which name of its metadata our exports have the class and the configuration of the network, as JSON. */
export const networkKey = 'network'

/** What the file leaves open. */
export interface OnnxNetworkOptions {
  /** The shape of one item, where heights and widths are free. */
  readonly shape?: readonly number[] | undefined
  /** How many classes a class is one of. */
  readonly classes?: number | undefined
  /** Places of a sequence, such as the tokens of a prompt; default 77. */
  readonly length?: number | undefined
  /** The network that was exported, if its configuration is known: it has everything else. */
  readonly known?: Network | undefined
}

/** Names that exporters give: ours, and those of diffusers. Other conditions have their own names. */
const names = Object.freeze({
  x: ['x', 'sample', 'x_t', 'noisy', 'latent_model_input'],
  t: ['t', 'timestep', 'timesteps', 'time'],
  labels: ['labels', 'class_labels'],
  context: ['context', 'encoder_hidden_states'],
  output: ['output', 'out_sample', 'noise_pred', 'sample'],
})

/** Places of CLIP's text encoders. */
const clipLength = 77

/**
 * The network in a file. What is not said is read from the file: shapes, types, which conditions it has. Inputs are cast to the types
 * that the file has; whole timesteps are the nearest ones.
 *
 * @throws TweedieError `model` for an input that is not understood, or a size that is neither in the file nor given
 * @example
 * const network = onnxNetwork(onnxFile(bytes), { shape: [3, 32, 32] })
 * const model = { network, layout: parametersOf(network), weights: new Float32Array(), ...noise }
 * using denoiser = await modelDenoiser(model, engine, { batch: 4 })
 */
export function onnxNetwork(file: OnnxFile, options: OnnxNetworkOptions = {}): Network {
  const { name } = file.file
  const known = options.known ?? networkIn(file)
  const data = nameIn(file.inputs, names.x)
  const time = nameIn(file.inputs, names.t)
  if (data === undefined) throw unknown(file, `which input the noisy data are: ${names.x.join(', ')}`)
  if (time === undefined && !known?.timeless) throw unknown(file, `which input the time is: ${names.t.join(', ')}`)
  const rest = [...file.inputs.values()].filter((info) => info.name !== data && info.name !== time)
  const own = new Map(rest.map((info) => [conditionName(info.name), info]))
  const conditions = known?.conditions ?? readConditions(file, own, options)
  const output = nameIn(file.outputs, names.output) ?? [...file.outputs.keys()][0]!
  const inputShape = known?.inputShape ?? readShape(file, file.inputs.get(data)!, options)
  const outputShape = known?.outputShape ?? readOutput(file.outputs.get(output)!, inputShape)
  const behind = imagesBehind(file, data, own, inputShape, conditions)
  requireAll(file, own, conditions, behind)
  const timeInfo = time === undefined ? undefined : file.inputs.get(time)!
  const oneTime = timeInfo?.shape !== undefined && (timeInfo.shape.length === 0 || timeInfo.shape[0] === 1)
  const items = fixedItems(file.inputs.get(data)) ?? (oneTime ? 1 : undefined)
  return Object.freeze<Network>({
    className: known?.className ?? onnxClass,
    config: known?.config ?? { file: name, input_shape: inputShape },
    inputShape,
    outputShape,
    conditions,
    ...(known?.timeless !== undefined && { timeless: known.timeless }),
    ...(known?.stride !== undefined && { stride: known.stride }),
    ...(items !== undefined && { items }),
    build(_, { x, t, conditions: given = {} }) {
      const feeds = Object.fromEntries(Array.from(own, ([key, info]) => [info.name, given[key]!]))
      const seen = behind.length === 0 ? x : concat([x, ...behind.map((name) => given[name]!)], 1)
      return outputOf(
        file,
        { [data]: seen, ...(time !== undefined && { [time]: timeAs(t, timeInfo!, x) }), ...feeds },
        output,
        [x.shape[0]!, ...outputShape],
        known && [known.build(new Scope(), { x, t, conditions: given })],
      )
    },
  })
}

/** The time as the file takes it: one for each item, one for all, or a plain number. */
function timeAs(t: Tensor, { shape }: ValueInfo, x: Tensor): Tensor {
  if (shape === undefined || (shape.length === 1 && typeof shape[0] === 'string')) return t
  if (shape.length === 1 && shape[0] === x.shape[0]) return t
  if (sizeOf(t.shape) === 1) return reshape(t, shape.length === 0 ? [] : [1])
  return reshape(slice(t, 0, 0, 1), shape.length === 0 ? [] : [1])
}

function conditionName(name: string): string {
  if (names.context.includes(name)) return 'context'
  return names.labels.includes(name) ? 'labels' : name
}

function readShape(file: OnnxFile, info: ValueInfo, { shape }: OnnxNetworkOptions): Shape {
  const sizes = itemSizes(info)
  const found = sizes?.map((size, axis) => size ?? shape?.[axis]) ?? shape
  if (shape !== undefined && sizes !== undefined && shape.length !== sizes.length) {
    throw new TweedieError(
      'model',
      `${file.file.name}: its input ${info.name} has ${sizes.length} axes and not ${shape.length}`,
    )
  }
  if (found !== undefined && found.every((size) => size !== undefined)) return Object.freeze([...found] as number[])
  throw new TweedieError('model', `${file.file.name}: it leaves open how large its input ${info.name} is`, {
    hint: 'say it: `shape: [3, 32, 32]`',
  })
}

/** Like the input, but for the channels that the file says. */
function readOutput(info: ValueInfo, inputShape: Shape): Shape {
  const sizes = itemSizes(info)
  if (sizes?.length !== inputShape.length) return inputShape
  return Object.freeze(inputShape.map((size, axis) => sizes[axis] ?? size))
}

function readConditions(
  file: OnnxFile,
  inputs: ReadonlyMap<string, ValueInfo>,
  options: OnnxNetworkOptions,
): ConditionSpecs {
  return Object.freeze(Object.fromEntries(Array.from(inputs, ([name, info]) => [name, specOf(file, info, options)])))
}

function specOf(file: OnnxFile, info: ValueInfo, { classes, length }: OnnxNetworkOptions): ConditionSpec {
  const sizes = itemSizes(info)
  const real = info.dtype.includes('float')
  if (sizes?.length === 0 && !real) {
    if (classes !== undefined) return { kind: 'class', classes }
    throw unknown(file, `how many classes its input ${info.name} may be one of`, '`classes: 10`')
  }
  const [first, last] = [sizes?.[0], sizes?.at(-1)]
  if (real && sizes?.length === 1 && last !== undefined) return { kind: 'vector', size: last }
  if (real && sizes?.length === 2 && last !== undefined) {
    return { kind: 'sequence', length: first ?? length ?? clipLength, size: last }
  }
  if (real && sizes !== undefined && sizes.length > 2 && sizes.every((size) => size !== undefined)) {
    return { kind: 'image', shape: sizes as number[] }
  }
  throw unknown(file, `what its input ${info.name} is: ${info.dtype} [${info.shape?.join(', ') ?? 'of any shape'}]`)
}

/** The network that our exports write down, if it is one of ours. */
function networkIn({ metadata }: OnnxFile): Network | undefined {
  if (metadata[networkKey] === undefined) return undefined
  try {
    const { className, config } = JSON.parse(metadata[networkKey]) as Pick<Network, 'className' | 'config'>
    return networkClasses.includes(className) ? networkFromConfig(className, config) : undefined
  } catch {
    return undefined
  }
}

/** Images among the conditions that the file takes as further channels of the noisy data. */
function imagesBehind(
  file: OnnxFile,
  data: string,
  inputs: ReadonlyMap<string, ValueInfo>,
  [channels]: Shape,
  conditions: ConditionSpecs,
): readonly string[] {
  const taken = itemSizes(file.inputs.get(data)!)?.[0]
  if (taken === undefined || taken === channels) return []
  return Object.entries(conditions).flatMap(([name, { kind }]) => (kind === 'image' && !inputs.has(name) ? [name] : []))
}

function requireAll(
  file: OnnxFile,
  inputs: ReadonlyMap<string, ValueInfo>,
  conditions: ConditionSpecs,
  behind: readonly string[],
): void {
  const missing = [...inputs.keys()].find((name) => !Object.hasOwn(conditions, name))
  if (missing !== undefined) {
    throw unknown(file, `what its input ${inputs.get(missing)!.name} is: the configuration beside it does not have it`)
  }
  const idle = Object.keys(conditions).find((name) => !inputs.has(name) && !behind.includes(name))
  if (idle === undefined) return
  throw new TweedieError('model', `${file.file.name}: the configuration beside it has the condition ${idle}`, {
    hint: `the file's inputs are ${[...file.inputs.keys()].join(', ')}: are both of one model?`,
  })
}

function unknown({ file, inputs }: OnnxFile, what: string, hint?: string): TweedieError {
  return new TweedieError('model', `${file.name}: it is not known ${what}`, {
    hint: hint ?? `its inputs are ${[...inputs.keys()].join(', ')}`,
  })
}
