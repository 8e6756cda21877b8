/**
 * The engine over the C functions of ONNX Runtime: the same library that its addon for Node uses, called through koffi.
 * Nothing is copied on the way in or out, shared memory is welcome, runs happen off the event loop's thread and can be
 * stopped half-way.
 *
 * Every address that is handed to C belongs to memory that an object here keeps alive, and everything that C makes is
 * released exactly once, after the last run that uses it.
 */
import { isMainThread } from 'node:worker_threads'
import { dataTypes } from '../../onnx/proto/model.ts'
import { decodeSignature } from '../../onnx/proto/signature.ts'
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { once } from '../../../once.ts'
import { checkOptions, checkTensors } from '../check.ts'
import { loadKoffi } from './koffi.ts'
import type { Koffi } from './koffi.ts'
import { lifetime } from '../lifetime.ts'
import { meanwhileOf } from '../meanwhile.ts'
import { loadOrtApi } from './ort-api.ts'
import type { OrtApi } from './ort-api.ts'
import { appendCuda } from './ort-cuda.ts'
import { expectPages, isMapped, releasePages } from './map-file.ts'
import { runError, sessionError } from './ort-error.ts'
import { askForLargePages, reservableBytes } from './ort-large-pages.ts'
import { findOrtLibrary } from './ort-library.ts'
import { spinConfig } from './spin.ts'
import type { BoundRun, Device, Engine, RunOptions, Session, SessionOptions, TensorData, Tensors } from '../session.ts'
import { oneAtATime } from '../turns.ts'
import type { Turn } from '../turns.ts'

/** The engine; koffi and the library are loaded when the first session is created. */
export const capiEngine: Engine = Object.freeze<Engine>({
  name: 'capi',
  stores: ['float32', 'float16', 'bfloat16'],
  createSession,
})

/** GraphOptimizationLevel. */
const optimizationLevels = Object.freeze({ disabled: 0, basic: 1, extended: 2, all: 99 })

/** OrtLoggingLevel: only what is fatal is printed, the rest is thrown. */
const logFatal = 4

/** Names of execution providers where they are not the device's. */
const providers: Readonly<Record<string, string>> = Object.freeze({ webgpu: 'WebGPU', coreml: 'CoreML' })

/** The functions with the environment and the memory description that every session shares. */
export interface Runtime {
  readonly koffi: Koffi
  readonly api: OrtApi
  readonly environment: bigint
  readonly cpuMemory: bigint
}

let loading: Promise<Runtime> | undefined

/**
 * Loads koffi and the library and tries the first functions.
 *
 * @throws TweedieError `device` where that fails; the binding may still work
 */
export function loadCapi(): Promise<Runtime> {
  loading ??= loadKoffi().then((koffi) => {
    const api = loadOrtApi(koffi, findOrtLibrary().path)
    const environment = api.make((out) => api.CreateEnv(logFatal, 'tweedie', out))
    const cpuMemory = api.make((out) => api.CreateCpuMemoryInfo(1, 0, out))
    shareArena(api, environment, cpuMemory)
    process.once('exit', () => inFlight.forEach((stop) => stop()))
    return { koffi, api, environment, cpuMemory }
  })
  return loading
}

/**
 * One memory arena for all sessions on the CPU, which grows by the requested size and wastes little space behind a
 * tensor. By default
 * each session has its own, which cuts a freed block only if it is at least twice as large as the request: a training
 * step of large batches then takes a third more.
 */
function shareArena(api: OrtApi, environment: bigint, cpuMemory: bigint): void {
  const [unlimited, asRequested, byDefault, unusedBytes] = [0, 1, -1, 65536]
  const arena = api.make((out) => api.CreateArenaCfg(unlimited, asRequested, byDefault, unusedBytes, out))
  api.check(api.CreateAndRegisterAllocator(environment, cpuMemory, arena))
  api.ReleaseArenaCfg(arena)
}

let reserved = false

/**
 * Reserves memory for the arena in one piece, in large pages if the system has them; none of it is used before it is
 * written to.
 * The arena answers to any session on the CPU, so this waits for the first. Once a process: the book-keeping of that
 * memory is never freed, so short-lived workers do not reserve any.
 */
function reserveRoom({ koffi, api, cpuMemory }: Runtime, native: bigint): void {
  if (reserved || !isMainThread) return
  reserved = true
  const bytes = reservableBytes()
  if (bytes === 0) return
  try {
    const arena = api.make((out) => api.CreateAllocator(native, cpuMemory, out))
    try {
      const room = api.make((out) => api.AllocatorAlloc(arena, bytes, out))
      try {
        askForLargePages(koffi, room, bytes)
      } finally {
        api.check(api.AllocatorFree(arena, room))
      }
    } finally {
      api.ReleaseAllocator(arena)
    }
  } catch {
    // Where a process may not reserve so much, the arena grows by the requested size, as on other systems.
  }
}

async function createSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  checkOptions(options)
  // A model is checked before the runtime gets it, so that errors are clear; one from the cache is known to be right.
  const signatureOf = once(() => decodeSignature(model))
  if (!options.rewritten?.from) signatureOf()
  const runtime = await loadCapi()
  const { api } = runtime
  const meanwhile = (): void => {
    signatureOf()
    options.meanwhile?.()
  }
  const { native, device } = await load(runtime, model, { ...options, meanwhile })
  if (device === 'cpu') reserveRoom(runtime, native)
  const signature = signatureOf()
  const bounds = new Set<BoundRun>()
  const turn = device === 'cpu' ? atOnce : deviceTurn
  const callRun = options.thread === 'caller' ? api.here : api.later

  const mapped = new Set<ArrayBufferLike>()
  const life = lifetime('a session', () => {
    if (options.profile !== undefined) endProfiling(api, native)
    api.ReleaseSession(native)
    releasePages(mapped)
  })

  const bind = (inputs: Tensors, outputs: Tensors): BoundRun => {
    life.check()
    checkTensors(signature, inputs, outputs)
    for (const { data } of Object.values(inputs)) if (isMapped(data.buffer)) mapped.add(data.buffer)
    expectPages(mapped)
    const call = prepare(runtime, native, callRun, inputs, outputs)
    const boundLife = lifetime('a bound run', call.release)
    // All its runs are in the same memory.
    const ownTurn = oneAtATime()
    const bound: BoundRun = {
      run: (runOptions) => life.use(() => boundLife.use(() => ownTurn(() => turn(() => call.run(runOptions?.signal))))),
      dispose() {
        bounds.delete(bound)
        boundLife.dispose()
      },
      [Symbol.dispose]: () => bound.dispose(),
    }
    bounds.add(bound)
    return bound
  }

  const dispose = (): void => {
    for (const bound of bounds) bound.dispose()
    life.dispose()
  }

  return {
    engine: 'capi',
    device,
    ...signature,
    bind,
    async run(inputs: Tensors, outputs: Tensors, runOptions?: RunOptions) {
      using bound = bind(inputs, outputs)
      await bound.run(runOptions)
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

// ---------------------------------------------------------------------------------------------------- sessions

/** Creates the native session on the device; for `auto` on the first that works. */
export async function load(
  runtime: Runtime,
  model: Uint8Array,
  options: SessionOptions,
): Promise<{ native: bigint; device: Device }> {
  const device = options.device ?? 'cpu'
  if (device === 'auto') {
    return load(runtime, model, { ...options, device: 'webgpu' }).catch((error: unknown) => {
      if (!(error instanceof TweedieError) || error.code !== 'device') throw error
      return load(runtime, model, { ...options, device: 'cpu' })
    })
  }
  const { api, environment } = runtime
  const nativeOptions = api.make((out) => api.CreateSessionOptions(out))
  const other = meanwhileOf(options.meanwhile)
  const out = new BigUint64Array(1)
  try {
    applyOptions(api, nativeOptions, device, options)
    const bytes = options.rewritten?.from ?? model
    const making = api.later(api.CreateSessionFromArray, environment, bytes, bytes.byteLength, nativeOptions, out)
    other.begin()
    await making
  } catch (cause) {
    throw sessionError(device, cause)
  } finally {
    api.ReleaseSessionOptions(nativeOptions)
  }
  other.check(() => api.ReleaseSession(out[0]!))
  return { native: out[0]!, device }
}

function applyOptions(api: OrtApi, native: bigint, device: Device, options: SessionOptions): void {
  const { threads, optimization = 'all', profile, spinning, config, rewritten = {} } = options
  api.check(api.SetSessionLogSeverityLevel(native, logFatal))
  // A memory pattern, learnt in the first run, is one block for all later ones; but the first run's own blocks stay, so a
  // session takes twice the memory, and its second run is the slowest.
  api.check(api.DisableMemPattern(native))
  const level = rewritten.from ? 'disabled' : optimization
  api.check(api.SetSessionGraphOptimizationLevel(native, optimizationLevels[level]))
  if (rewritten.saveTo !== undefined) api.check(api.SetOptimizedModelFilePath(native, rewritten.saveTo))
  if (threads !== undefined) api.check(api.SetIntraOpNumThreads(native, threads))
  if (profile !== undefined) api.check(api.EnableProfiling(native, profile))
  const entries = {
    ...spinConfig(spinning),
    ...(device === 'cpu' && { 'session.use_env_allocators': '1' }),
    ...(rewritten.saveTo !== undefined && { 'session.save_model_format': 'ORT' }),
    ...config,
  }
  for (const [key, value] of Object.entries(entries)) api.check(api.AddSessionConfigEntry(native, key, value))
  if (device === 'cuda') appendCuda(api, native)
  else if (device !== 'cpu') {
    const provider = providers[device] ?? device
    api.check(api.SessionOptionsAppendExecutionProvider(native, provider, null, null, 0))
  }
}

function endProfiling(api: OrtApi, native: bigint): void {
  const allocator = api.make((out) => api.GetAllocatorWithDefaultOptions(out))
  const fileName = api.make((out) => api.SessionEndProfiling(native, allocator, out))
  api.check(api.AllocatorFree(allocator, fileName))
}

// ---------------------------------------------------------------------------------------------------- runs

/** A call of `Run` with all its arguments made. */
interface PreparedRun {
  run(signal: AbortSignal | undefined): Promise<void>
  release(): void
}

function prepare(
  { api, cpuMemory }: Runtime,
  native: bigint,
  callRun: OrtApi['later'],
  inputs: Tensors,
  outputs: Tensors,
): PreparedRun {
  const inputSide = side(api, cpuMemory, inputs)
  const outputSide = side(api, cpuMemory, outputs)
  return {
    async run(signal) {
      throwIfAborted(signal)
      const options = api.make((out) => api.CreateRunOptions(out))
      const stop = () => void api.RunOptionsSetTerminate(options)
      signal?.addEventListener('abort', stop)
      inFlight.add(stop)
      try {
        const { length } = outputSide.values
        await callRun(
          api.Run,
          native,
          options,
          inputSide.names,
          inputSide.values,
          inputSide.values.length,
          outputSide.names,
          length,
          outputSide.values,
        )
      } catch (cause) {
        throwIfAborted(signal)
        throw runError(cause)
      } finally {
        inFlight.delete(stop)
        signal?.removeEventListener('abort', stop)
        api.ReleaseRunOptions(options)
      }
      throwIfAborted(signal)
    },
    release() {
      inputSide.release()
      outputSide.release()
    },
  }
}

/** Stops of the runs in flight: a process that exits waits for its threads, so it tells them first. */
const inFlight = new Set<() => void>()

/** The names and values of one side of a run, as arrays of addresses with what those point at. */
interface Side {
  readonly names: BigUint64Array
  readonly values: BigUint64Array
  /** Keeps the memory behind the addresses alive. */
  readonly memory: readonly ArrayBufferView[]
  release(): void
}

function side(api: OrtApi, cpuMemory: bigint, tensors: Tensors): Side {
  const entries = Object.entries(tensors)
  const names = entries.map(([name]) => Buffer.from(`${name}\0`))
  const values = BigUint64Array.from(entries, ([, tensor]) => makeValue(api, cpuMemory, tensor))
  return {
    names: BigUint64Array.from(names, (name) => api.address(name)),
    values,
    memory: [...names, ...entries.map(([, { data }]) => data)],
    release: () => values.forEach((value) => api.ReleaseValue(value)),
  }
}

/** A tensor over the caller's memory; the runtime copies the shape, not the data. */
export function makeValue(api: OrtApi, cpuMemory: bigint, { dtype, shape, data }: TensorData): bigint {
  const sizes = BigInt64Array.from(shape, BigInt)
  return api.make((out) =>
    api.CreateTensorWithDataAsOrtValue(
      cpuMemory,
      data,
      data.byteLength,
      sizes,
      sizes.length,
      dataTypes[dtype].code,
      out,
    ),
  )
}

/** The CPU's provider runs any number of tasks at a time. */
const atOnce: Turn = (task) => task()

/** The others are given one task at a time, in the order of their coming, over all sessions of the thread. */
export const deviceTurn = oneAtATime()
