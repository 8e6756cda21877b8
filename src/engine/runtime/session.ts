/// <reference lib="esnext.disposable" preserve="true" />
/**
 * What every engine offers: sessions that run an ONNX model on caller-owned memory.
 * Nothing here knows which runtime is behind it, so Node and the browser share everything above.
 */

import type { ValueInfo } from '../onnx/proto/model.ts'

/** The memory of a tensor: the array that goes with each {@link TensorType}. */
export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array

/** Element types that sessions take and give; int64 lives in a BigInt64Array, bool (0 or 1) in a Uint8Array. */
export type TensorType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool'

/** The array that holds each element type: `new tensorArrays.float32(n)`. */
export const tensorArrays = Object.freeze({
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
})

/** Elements in row-major order over memory that stays the caller's; `data` may be a view into a larger, also a shared, buffer. */
export interface TensorData {
  readonly dtype: TensorType
  readonly shape: readonly number[]
  readonly data: TypedArray
}

/** Tensors by the name of the graph input or output. */
export type Tensors = Readonly<Record<string, TensorData>>

/**
 * Where a graph runs: `cpu`; `webgpu`; `auto`, which is WebGPU where there is an adapter and the CPU otherwise;
 * or another execution provider by ONNX Runtime's own name, where the installed package has it (`cuda`, `coreml`, `dml`).
 */
export type Device = 'auto' | 'cpu' | 'webgpu' | (string & {})

export interface SessionOptions {
  /** Default `cpu`. */
  readonly device?: Device
  /** Threads inside one operator; default: ONNX Runtime's choice, the physical cores. */
  readonly threads?: number
  /** How far the runtime rewrites the graph; default `all`. */
  readonly optimization?: 'all' | 'extended' | 'basic' | 'disabled'
  /**
   * The graph as the runtime rewrites it, in its own format: saved to a file while the session is made, or loaded from such
   * bytes in place of the model's graph, with nothing left to rewrite; the model then only tells what goes in and out. Good
   * for the same version of the runtime on the same kind of processor (see `node/ort-cache.ts`).
   */
  readonly rewritten?: { readonly saveTo?: string; readonly from?: Uint8Array }
  /** Whether the engine may keep the rewritten graph for the next start, where it does such things; default true. */
  readonly cached?: boolean
  /** Called once the engine has set to work on the session elsewhere: what can be done on this thread meanwhile. */
  readonly meanwhile?: () => void
  /** Prefix of a Chrome trace file with the time of every node, written when the session is disposed. */
  readonly profile?: string
  /** Microseconds that idle threads spin for work before they sleep; default 20 (`node/spin.ts`). */
  readonly spinning?: number
  /**
   * Which thread runs the graph, where the engine has the choice. `pool` (default) keeps the event loop alive; `caller`
   * saves the 20 to 100 µs of the way there and back, which is worth it for graphs that take less than a millisecond:
   * programs choose by the work in the graph.
   */
  readonly thread?: 'pool' | 'caller'
  /** Further ONNX Runtime session configuration entries, such as `session.set_denormal_as_zero`: `'1'`. */
  readonly config?: Readonly<Record<string, string>>
}

export interface RunOptions {
  /** Stops the run with a TweedieError `interrupted`; what the outputs hold then is undefined. */
  readonly signal?: AbortSignal | undefined
}

/** A model that is ready to run. */
export interface Session extends Disposable {
  /** The engine's name: `capi`, `binding`, `web`. */
  readonly engine: string
  /** Where it really runs: never `auto`. */
  readonly device: string
  /** What must be fed, by name. */
  readonly inputs: ReadonlyMap<string, ValueInfo>
  /** What can be asked for, by name. */
  readonly outputs: ReadonlyMap<string, ValueInfo>

  /**
   * Runs the graph. Outputs are written in place, in the arrays that the caller allocated; outputs that are not named
   * are not computed for the caller. The memory must not change before the promise settles. Any number of runs, each in
   * memory of its own, may be asked for at the same time.
   *
   * @throws TweedieError `shape` where a tensor does not fit the graph, `interrupted`, or `device` if the runtime fails
   */
  run(inputs: Tensors, outputs: Tensors, options?: RunOptions): Promise<void>

  /**
   * Fixes inputs and outputs once for many runs, the fast way round a training loop: the memory may change between
   * runs, its place and shapes may not. Runs that are asked for at the same time follow one another; since they share
   * their memory, whoever writes inputs or reads outputs must keep others from it meanwhile.
   */
  bind(inputs: Tensors, outputs: Tensors): BoundRun

  /** Releases everything; a run in flight ends first. A second call does nothing. */
  dispose(): void
}

/** A {@link Session} with its inputs and outputs fixed. */
export interface BoundRun extends Disposable {
  run(options?: RunOptions): Promise<void>
  dispose(): void
}

/** A graph that is made a model when somebody needs the model. */
export interface ModelSource {
  /** All that tells the graph from any other, in parts; code that makes models as ours does makes the same model of it. */
  identity(): Iterable<string | Uint8Array>
  /** The bytes of an `.onnx` file. */
  model(): Promise<Uint8Array>
}

/** A way to run models. */
export interface Engine {
  readonly name: string

  /**
   * Loads a model, the bytes of an `.onnx` file, which are not needed afterwards.
   *
   * @throws TweedieError `model` if the bytes are no model that the runtime takes, `device` if the device is missing
   */
  createSession(model: Uint8Array, options?: SessionOptions): Promise<Session>

  /**
   * The same for a graph of which the engine may have kept, from an earlier start, what becomes of it: the model is then not made
   * at all. Engines that keep nothing lack this.
   */
  readonly createSessionOf?: (source: ModelSource, options?: SessionOptions, expected?: Expectation) => Promise<Session>

  /**
   * Begins to make a session of what the last graph for this purpose became, before the next one is known: if it is the same, the
   * session is there sooner, and if not, nothing is lost. Answers once the work goes on elsewhere.
   *
   * @param purpose tells one graph of a program from others, as far as that can be told cheaply
   * @param options those that the session will be asked for with
   */
  readonly expect?: (purpose: string, options?: SessionOptions) => Promise<Expectation>
}

/** A session on suspicion. */
export interface Expectation extends Disposable {
  /** Releases the session, unless it turned out to be the one that was wanted. */
  dispose(): void
}
