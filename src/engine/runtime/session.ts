/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The interface of engines: sessions that run an ONNX model on memory of the caller. It does not depend on a runtime,
 * so Node and the browser share all code above it.
 */

import type { StoredType } from '../graph/stored.ts'
import type { ValueInfo } from '../onnx/proto/model.ts'
import type { MemoryRoom } from '../simd/room.ts'

/** The memory of a tensor: the array that goes with each {@link TensorType}. */
export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array | Uint16Array

/** Element types that sessions take and give; int64 lives in a BigInt64Array, bool (0 or 1) in a Uint8Array, halves as bits in a Uint16Array. */
export type TensorType = 'float32' | 'float64' | 'int32' | 'int64' | 'uint8' | 'bool' | 'float16' | 'bfloat16'

/** The array that holds each element type: `new tensorArrays.float32(n)`. */
export const tensorArrays = Object.freeze({
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  bool: Uint8Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
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
 * Where a graph runs: `cpu`; `webgpu`; `cuda`, in Node, where ONNX Runtime's files for it are installed; `auto`, which is WebGPU where there is an
 * adapter and the CPU otherwise; or another execution provider by ONNX Runtime's own name, where the installed package has it (`coreml`, `dml`).
 */
export type Device = 'auto' | 'cpu' | 'webgpu' | 'cuda' | (string & {})

export interface SessionOptions {
  /** Default `cpu`. */
  readonly device?: Device
  /** Threads inside one operator; default: ONNX Runtime's choice, the physical cores. */
  readonly threads?: number
  /** How far the runtime rewrites the graph; default `all`. */
  readonly optimization?: 'all' | 'extended' | 'basic' | 'disabled'
  /**
   * The graph as the runtime rewrites it, in its own format: saved to a file while the session is made, or loaded from such
   * bytes in place of the model's graph, with nothing left to rewrite; the model then only tells what goes in and out.
   * Valid for the same version of the runtime on the same kind of processor (see `node/ort-cache.ts`).
   */
  readonly rewritten?: { readonly saveTo?: string; readonly from?: Uint8Array }
  /** Whether an engine with a cache may store the rewritten graph for the next start; default true. */
  readonly cached?: boolean
  /** Called once the engine works on the session in another thread: this thread can do other work meanwhile. */
  readonly meanwhile?: () => void
  /** Prefix of a Chrome trace file with the time of every node, written when the session is disposed. */
  readonly profile?: string
  /** Microseconds that idle threads spin for work before they sleep; default 20 (`node/spin.ts`). */
  readonly spinning?: number
  /**
   * Which thread runs the graph, if the engine can choose. `pool` (default) keeps the event loop alive; `caller`
   * saves the 20 to 100 µs of the way there and back, which is worth it for graphs that take less than a millisecond:
   * programs choose by the work in the graph.
   */
  readonly thread?: 'pool' | 'caller'
  /** Further ONNX Runtime session configuration entries, such as `session.set_denormal_as_zero`: `'1'`. */
  readonly config?: Readonly<Record<string, string>>
}

export interface RunOptions {
  /** Stops the run with a TweedieError `interrupted`; the outputs are then undefined. */
  readonly signal?: AbortSignal | undefined
}

/** A model that is ready to run. */
export interface Session extends Disposable {
  /** The engine's name: `capi`, `binding`, `web`. */
  readonly engine: string
  /** The device it runs on: never `auto`. */
  readonly device: string
  /** The inputs by name. */
  readonly inputs: ReadonlyMap<string, ValueInfo>
  /** The outputs by name. */
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
   * runs, its place and shapes may not. Runs requested at the same time follow one another; since they share
   * their memory, the caller must not start another run while it writes inputs or reads outputs.
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

/** State that stays on the device between the runs of a graph. */
export interface ResidentSpec {
  /** Which input of the next step each of these outputs feeds: `{ 'next:params': 'params' }`. Both have one type and shape. */
  readonly carry: Readonly<Record<string, string>>
  /** What those inputs hold at the first step; copied. */
  readonly initial: Tensors
}

export interface StepOptions extends RunOptions {
  /**
   * Asked once all that is read is there: whether the new state is kept. If not, the next step begins with the old one. By default
   * it always is.
   */
  readonly accept?: () => boolean
}

/** A model whose outputs feed its inputs in the next step, and stay on the device meanwhile. */
export interface Resident extends Disposable {
  readonly engine: string
  readonly device: string
  /** The inputs that are fed at each step: all but the carried ones. */
  readonly inputs: ReadonlyMap<string, ValueInfo>
  /** The outputs that can be read: all but the carried ones. */
  readonly outputs: ReadonlyMap<string, ValueInfo>

  /**
   * Runs the graph once and carries its outputs over. Only `feeds` go to the device, and only `read` comes back. Steps asked for at the
   * same time follow one another. After an error the state is that before the step, as long as there is a device.
   *
   * @throws TweedieError as `Session.run`; `device` where the device is lost
   */
  step(feeds: Tensors, read: Tensors, options?: StepOptions): Promise<void>

  /**
   * Brings the state back: what the next step begins with, by the names of the inputs; into the arrays of `into` where given.
   *
   * @throws TweedieError `device` where the device is lost
   */
  state(into?: Tensors): Promise<Tensors>

  /** Releases everything; a step in flight ends first. A second call does nothing. */
  dispose(): void
}

/** A graph that is lowered to a model only when the model is needed. */
export interface ModelSource {
  /** The fingerprint of the graph, in parts: equal fingerprints and equal lowering code make equal models. */
  identity(): Iterable<string | Uint8Array>
  /** The bytes of an `.onnx` file. */
  model(): Promise<Uint8Array>
}

/** An engine: runs models. */
export interface Engine {
  readonly name: string
  /** The device of sessions that do not name one, and of those that leave it to the engine (`auto`); default `cpu`. */
  readonly device?: 'cpu' | 'webgpu'
  /** False where the CPU has no convolutions on channels in blocks; else that is tried out (`block-size.ts`). */
  readonly blocks?: boolean
  /** Types that weights may have which stay as they are stored (`graph/stored.ts`); others are widened when a graph is compiled. */
  readonly stores?: readonly StoredType[]
  /** Its own memory, where arrays that a graph reads and writes are best: it need not copy them. */
  readonly room?: MemoryRoom | undefined

  /**
   * Loads a model, the bytes of an `.onnx` file, which are not needed afterwards.
   *
   * @throws TweedieError `model` if the runtime does not accept the bytes, `device` if the device is missing
   */
  createSession(model: Uint8Array, options?: SessionOptions): Promise<Session>

  /**
   * Loads a model whose state stays on the device. Undefined where the device that the options name, or that `auto` finds, is one
   * that shares the host's memory: there, a session does the same without copies (`residentOf`). Engines without such devices lack this method.
   *
   * @throws TweedieError as `createSession`; `shape` where `spec` does not fit the graph
   */
  readonly createResident?: (
    model: Uint8Array,
    spec: ResidentSpec,
    options?: SessionOptions,
  ) => Promise<Resident | undefined>

  /**
   * Loads a symbolic graph that the engine may have cached at an earlier start: then the model need not be made.
   * Engines without a cache lack this method.
   */
  readonly createSessionOf?: (source: ModelSource, options?: SessionOptions, expected?: Expectation) => Promise<Session>

  /**
   * Starts to load the last cached graph for this purpose before the next graph is known: if they are equal the session
   * is ready sooner, and if not, nothing is lost. Resolves once the work goes on in another thread.
   *
   * @param purpose a cheap name that tells this graph from others of the program
   * @param options those that the session will be created with
   */
  readonly expect?: (purpose: string, options?: SessionOptions) => Promise<Expectation>
}

/** A session that was started in advance. */
export interface Expectation extends Disposable {
  /** Releases the session, unless it was used. */
  dispose(): void
}
