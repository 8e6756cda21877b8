/// <reference lib="esnext.disposable" preserve="true" />
/** Programs: a graph compiled for a device, with named inputs and outputs, run as often as one likes. */
import { TweedieError } from '../../errors.ts'
import { hostArray } from '../graph/dtype.ts'
import type { HostArray } from '../graph/dtype.ts'
import { filesOf } from '../graph/call.ts'
import { fingerprint } from '../graph/fingerprint.ts'
import type { GraphFile } from '../graph/ops.ts'
import { flops, mergeProjections, recompute, simplify, transposeUpsampled } from '../graph/passes/index.ts'
import { showShape, sizeOf } from '../graph/shape.ts'
import { isStored, type KnownArray } from '../graph/stored.ts'
import type { Tensor } from '../graph/tensor.ts'
import { inputsOf, topological } from '../graph/traverse.ts'
import { folderSetting } from '../onnx/external.ts'
import type { Target } from '../onnx/lower/context.ts'
import { encodeModel } from '../onnx/proto/encode.ts'
import type { ModelProto } from '../onnx/proto/model.ts'
import { toOnnx } from '../onnx/to-onnx.ts'
import { blockSize } from './block-size.ts'
import { keptOf, settled, typesOf } from './stored-inputs.ts'
import type { BoundRun, Engine, Expectation, RunOptions, Session, SessionOptions, TensorData } from './session.ts'

/** Options of {@link compile}. */
export interface CompileOptions extends SessionOptions {
  /**
   * Values of inputs that are known: weights, when sampling. Plain arrays are built in as constants, so that the runtime may re-arrange
   * them. Those that are kept as they are stored stay where they are, and are widened in every run, where the engine can
   * do that.
   */
  readonly constants?: ReadonlyMap<string, KnownArray>
  /**
   * Changes the lowered graph, whose convolutions are then plain nodes, before the runtime gets it. Inputs and outputs
   * must stay.
   */
  readonly rewrite?: ((model: ModelProto) => ModelProto) | undefined
  /**
   * `int8`: large convolutions multiply in eight bits, in ranges that are found anew in every run (`../onnx/lower/int8-conv.ts`), where the
   * target has that. Default: `float32`.
   */
  readonly arithmetic?: 'float32' | 'int8' | undefined
  /** A session that the engine prepared in advance. */
  readonly expected?: Expectation | undefined
}

/** Host arrays by the name of an input or output. */
export type Arrays = Readonly<Record<string, HostArray>>

/** A compiled graph; dispose when done. Any number of runs may be asked for at the same time. */
export interface Program extends Disposable {
  /** The inputs by name: shape and element type. */
  readonly inputs: ReadonlyMap<string, Tensor>
  /** The outputs by name. */
  readonly outputs: ReadonlyMap<string, Tensor>
  readonly session: Session

  /**
   * Runs once. Outputs are written to the arrays of `into` where given, else to new ones.
   *
   * @throws TweedieError `shape` if an input is missing or of the wrong size
   */
  run(feeds: Arrays, into?: Arrays, options?: RunOptions): Promise<Record<string, HostArray>>

  /** Fixes the arrays for many runs (their contents may change): the fast way round a loop. */
  bind(feeds: Arrays, into: Arrays): BoundRun

  dispose(): void
}

/**
 * Compiles named outputs, and all that they depend on, into a program.
 *
 * @example
 * using program = await compile({ y: silu(input('x', [4])) }, await nodeEngine())
 * const { y } = await program.run({ x: Float32Array.of(-1, 0, 1, 2) })
 */
export async function compile(
  outputs: Readonly<Record<string, Tensor>>,
  engine: Engine,
  options: CompileOptions = {},
): Promise<Program> {
  const { constants: given, rewrite, expected, arithmetic, ...session } = options
  const constants = given && settled(given, engine, { rewrite, ...(await targetOf(options.device, engine)) })
  const made = await createSession()
  const all = inputsOf(Object.values(outputs))
  const kept = keptOf(constants, all)
  const inputs = new Map([...all].filter(([name]) => made.inputs.has(name) && !kept.has(name)))
  return programOf(made, inputs, new Map(Object.entries(outputs)), kept)

  async function createSession(): Promise<Session> {
    const files = filesOf(Object.values(outputs))
    const isFed = [...(constants?.values() ?? [])].every(isStored) && files.length === 0
    const plain = isFed && rewrite === undefined
    // Small graphs are made faster than they are looked up.
    if (plain && engine.createSessionOf && !isSmall(Object.values(outputs))) {
      const source = {
        identity: () => [...fingerprint(outputs), ...typesOf(constants), ...(arithmetic === 'int8' ? ['int8'] : [])],
        model: async () => (await lowered(outputs, engine, { ...options, constants })).bytes,
      }
      return engine.createSessionOf(source, { thread: 'pool', ...session }, expected)
    }
    const { simple, bytes } = await lowered(outputs, engine, { ...options, constants })
    // Graphs with weights are quickly rewritten, and new weights would soon fill a cache.
    return engine.createSession(bytes, {
      thread: isSmall(simple) ? 'caller' : 'pool',
      cached: isFed,
      ...session,
      ...(files.length > 0 && { config: { ...configOf(files), ...session.config } }),
    })
  }
}

/** Where the runtime finds weights of files that lie in other files. */
function configOf(files: readonly GraphFile[]): Readonly<Record<string, string>> {
  const folders = new Set(files.flatMap(({ external }) => (external && 'folder' in external ? [external.folder] : [])))
  if (folders.size > 1) {
    throw new TweedieError('usage', `one graph of files in several folders: ${[...folders].join(', ')}`, {
      hint: 'compile a program for each',
    })
  }
  return Object.fromEntries(Array.from(folders, (folder) => [folderSetting, folder]))
}

/** The graph as the device will compute it, simplified, and as the bytes of a model. */
export async function lowered(
  outputs: Readonly<Record<string, Tensor>>,
  engine: Engine,
  {
    constants: given,
    rewrite,
    device,
    arithmetic,
  }: Pick<CompileOptions, 'rewrite' | 'device' | 'arithmetic'> & {
    readonly constants?: CompileOptions['constants'] | undefined
  },
): Promise<{ readonly simple: readonly Tensor[]; readonly bytes: Uint8Array }> {
  const { provider, ...special } = await targetOf(device, engine)
  const constants = given && settled(given, engine, { rewrite, provider })
  const target = rewrite ? { provider } : { provider, ...special, int8: arithmetic === 'int8' && provider === 'cpu' }
  const simple = simplified(outputs, { forCpu: provider !== 'webgpu' && !rewrite, constants })
  const model = toOnnx(simple, { target, ...(constants && { constants }) })
  return { simple: Object.values(simple), bytes: encodeModel(rewrite ? rewrite(model) : model) }
}

/** Operations of a run so short that switching to another thread would cost noticeably more. */
const smallWork = 3e7

/** Elements that are written count for this many operations: they wait for memory. */
const workPerElement = 50

/** Whether a run takes a fraction of a millisecond. What a file takes is not known. */
export function isSmall(outputs: readonly Tensor[]): boolean {
  if (filesOf(outputs).length > 0) return false
  // If the outputs are already too large, the rest need not be counted.
  if (workPerElement * outputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0) >= smallWork) return false
  const written = topological(outputs).reduce((sum, { op, shape }) => sum + (op === 'input' ? 0 : sizeOf(shape)), 0)
  return flops(outputs) + workPerElement * written < smallWork
}

/** The allowed rewrites of a graph. */
interface Simplifying {
  readonly constants: CompileOptions['constants'] | undefined
  /** Whether rewrites that help only on a CPU are allowed. */
  readonly forCpu: boolean
}

/** The same outputs with equal expressions computed once, unless that takes too much memory. */
function simplified(
  outputs: Readonly<Record<string, Tensor>>,
  { forCpu, constants }: Simplifying,
): Record<string, Tensor> {
  const names = Object.keys(outputs)
  const simple = simplify(Object.values(outputs))
  const merged = constants
    ? simplify(mergeProjections(simple, ({ attributes: { name } }) => isBuiltIn(constants.get(name))))
    : simple
  const quick = forCpu ? transposeUpsampled(merged) : merged
  return Object.fromEntries(recompute(quick).map((tensor, i) => [names[i]!, tensor]))
}

const isBuiltIn = (array: KnownArray | undefined): boolean => array !== undefined && !isStored(array)

/** The device that is meant: the engine's own where none is named, or where the choice is left to it; `auto` where it has none. */
export function deviceOf(device: string | undefined, engine: Engine): string {
  return device === 'auto' ? (engine.device ?? device) : (device ?? engine.device ?? 'cpu')
}

/** How graphs are lowered for a device of an engine; none named: the engine's own. */
export async function targetOf(device: string | undefined, engine: Engine): Promise<Target> {
  if (deviceOf(device, engine) !== 'cpu') return { provider: 'webgpu' }
  if (engine.blocks === false) return { provider: 'wasm' }
  const block = await blockSize(engine)
  return { provider: 'cpu', ...(block !== undefined && { block }) }
}

/** A program over a session; `kept` are inputs that are always the same. */
export function programOf(
  session: Session,
  inputs: ReadonlyMap<string, Tensor>,
  outputs: ReadonlyMap<string, Tensor>,
  kept: ReadonlyMap<string, TensorData>,
): Program {
  const always = Object.fromEntries([...kept].filter(([name]) => session.inputs.has(name)))
  const bindInputs = (feeds: Arrays): Record<string, TensorData> => ({ ...describe('input', inputs, feeds), ...always })
  const dispose = (): void => session.dispose()
  return {
    inputs,
    outputs,
    session,
    async run(feeds, into = {}, runOptions) {
      const results: Record<string, HostArray> = {}
      for (const [name, tensor] of outputs) results[name] = into[name] ?? hostArray(tensor.dtype, sizeOf(tensor.shape))
      await session.run(bindInputs(feeds), describe('output', outputs, results), runOptions)
      return results
    },
    bind: (feeds, into) => session.bind(bindInputs(feeds), describe('output', outputs, into)),
    dispose,
    [Symbol.dispose]: dispose,
  }
}

/** Arrays as the tensors that they are. @throws TweedieError `shape` if one is missing or of the wrong size */
export function describe(
  kind: 'input' | 'output',
  tensors: ReadonlyMap<string, Tensor>,
  arrays: Arrays,
): Record<string, TensorData> {
  const described: Record<string, TensorData> = {}
  for (const [name, { dtype, shape }] of tensors) {
    const data = arrays[name]
    if (data === undefined) throw new TweedieError('shape', `${kind} ${name}, ${dtype} ${showShape(shape)}, is missing`)
    if (data.length !== sizeOf(shape)) {
      throw new TweedieError('shape', `${kind} ${name}: ${data.length} elements do not fill shape ${showShape(shape)}`)
    }
    described[name] = { dtype, shape, data }
  }
  return described
}
