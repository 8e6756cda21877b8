/**
 * The engine over ONNX Runtime's own addon for Node (`onnxruntime-node`, or its part for this platform). It works wherever the addon loads and reaches
 * every execution provider of the package, but a run blocks the event loop, cannot be stopped half-way and copies
 * every output once more.
 */
import { createRequire } from 'node:module'
import type * as Ort from 'onnxruntime-common'
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { decodeSignature } from '../../onnx/proto/signature.ts'
import type { Signature } from '../../onnx/proto/signature.ts'
import { checkOptions, checkTensors } from '../check.ts'
import { lifetime } from '../lifetime.ts'
import { runError, sessionError } from './ort-error.ts'
import { findOrtPackage } from './ort-package.ts'
import { spinConfig } from './spin.ts'
import { withoutTelemetry } from './telemetry.ts'
import type { Device, Engine, RunOptions, Session, SessionOptions, TensorData, Tensors } from '../session.ts'
import { oneAtATime } from '../turns.ts'

/** The engine; the addon is loaded when the first session is created. */
export const bindingEngine: Engine = Object.freeze<Engine>({
  name: 'binding',
  stores: ['float32', 'float16'],
  createSession,
})

let loading: typeof Ort | undefined

/**
 * The addon's module.
 *
 * @throws TweedieError `device` where it is not installed or does not load
 */
export function loadBinding(): typeof Ort {
  withoutTelemetry()
  if (loading) return loading
  const { name, folder } = findOrtPackage()
  try {
    return (loading = createRequire(import.meta.url)(folder) as typeof Ort)
  } catch (cause) {
    throw new TweedieError('device', `${name} does not load: ${String(cause)}`, {
      hint: `reinstall it: npm install ${name} --ignore-scripts (its script only fetches files for CUDA)`,
      cause,
    })
  }
}

async function createSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  checkOptions(options)
  const signature = decodeSignature(model)
  const ort = loadBinding()
  const { native, device } = await load(ort, model, options)
  const life = lifetime('a session', () => {
    if (options.profile !== undefined) native.endProfiling()
    void native.release()
  })

  const runNow = (inputs: Tensors, outputs: Tensors, runOptions?: RunOptions): Promise<void> =>
    runOnce(ort, native, signature, inputs, outputs, runOptions?.signal)

  return {
    engine: 'binding',
    device,
    ...signature,
    run: (inputs, outputs, runOptions) => life.use(() => runNow(inputs, outputs, runOptions)),
    bind(inputs, outputs) {
      life.check()
      checkTensors(signature, inputs, outputs)
      const bound = lifetime('a bound run', () => {})
      const turn = oneAtATime()
      return {
        run: (runOptions) => life.use(() => bound.use(() => turn(() => runNow(inputs, outputs, runOptions)))),
        dispose: bound.dispose,
        [Symbol.dispose]: bound.dispose,
      }
    },
    dispose: life.dispose,
    [Symbol.dispose]: life.dispose,
  }
}

/** Creates the native session on the first of the devices that works. */
async function load(
  ort: typeof Ort,
  model: Uint8Array,
  options: SessionOptions,
): Promise<{ native: Ort.InferenceSession; device: Device }> {
  const wanted = options.device ?? 'cpu'
  if (wanted === 'auto') {
    return load(ort, model, { ...options, device: 'webgpu' }).catch((error: unknown) => {
      if (!(error instanceof TweedieError) || error.code !== 'device') throw error
      return load(ort, model, { ...options, device: 'cpu' })
    })
  }
  try {
    return {
      native: await ort.InferenceSession.create(options.rewritten?.from ?? model, nativeOptions(wanted, options)),
      device: wanted,
    }
  } catch (cause) {
    throw sessionError(wanted, cause)
  }
}

function nativeOptions(device: Device, options: SessionOptions): Ort.InferenceSession.SessionOptions {
  const { threads, optimization = 'all', profile, spinning, config, rewritten = {} } = options
  return {
    executionProviders: [device],
    graphOptimizationLevel: rewritten.from ? 'disabled' : optimization,
    enableMemPattern: false, // it doubles the memory that a session holds (see `ort-capi.ts`)
    logSeverityLevel: 4, // Errors are thrown; they need not be printed as well.
    ...(threads !== undefined && { intraOpNumThreads: threads }),
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
    ...(rewritten.saveTo !== undefined && { optimizedModelFilePath: rewritten.saveTo }),
    extra: {
      ...spinConfig(spinning),
      ...(rewritten.saveTo !== undefined && { 'session.save_model_format': 'ORT' }),
      ...config,
    },
  }
}

async function runOnce(
  ort: typeof Ort,
  native: Ort.InferenceSession,
  signature: Signature,
  inputs: Tensors,
  outputs: Tensors,
  signal: AbortSignal | undefined,
): Promise<void> {
  checkTensors(signature, inputs, outputs)
  throwIfAborted(signal)
  const feeds = mapTensors(
    inputs,
    (tensor) => new ort.Tensor(tensor.dtype as Ort.Tensor.Type, unshared(tensor), tensor.shape),
  )
  // The runtime writes into the memory of a tensor that it is given; shared memory it does not take.
  const fetches = mapTensors(outputs, (tensor) =>
    isShared(tensor) ? null : new ort.Tensor(tensor.dtype as Ort.Tensor.Type, tensor.data, tensor.shape),
  )
  const results = await native.run(feeds, fetches).catch((cause: unknown) => {
    throw runError(cause)
  })
  for (const [name, tensor] of Object.entries(outputs)) if (isShared(tensor)) copy(name, results[name]!, tensor)
  throwIfAborted(signal)
}

function mapTensors<T>(tensors: Tensors, map: (tensor: TensorData) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor)]))
}

function isShared({ data }: TensorData): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && data.buffer instanceof SharedArrayBuffer
}

function unshared(tensor: TensorData): TensorData['data'] {
  return isShared(tensor) ? tensor.data.slice() : tensor.data
}

function copy(name: string, from: Ort.Tensor, { shape, data }: TensorData): void {
  if (from.dims.join() !== shape.join()) {
    throw new TweedieError(
      'shape',
      `output '${name}' has shape [${shape.join(', ')}]; the graph gave [${from.dims.join(', ')}]`,
    )
  }
  data.set(from.data as never)
}
