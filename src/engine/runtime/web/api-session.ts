/**
 * Sessions through the public interface of onnxruntime-web. It copies inputs into the runtime's memory and outputs out
 * of it; outputs are fetched by name, since arrays given for them stay unwritten on its CPU.
 */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { decodeSignature } from '../../onnx/proto/signature.ts'
import type { Signature } from '../../onnx/proto/signature.ts'
import { checkTensors } from '../check.ts'
import { lifetime } from '../lifetime.ts'
import type { RunOptions, Session, SessionOptions, TensorData, Tensors } from '../session.ts'
import type { Turn } from '../turns.ts'
import type { Breath } from './breath.ts'
import type { OrtModule, OrtSession } from './ort-module.ts'
import { runError, sessionError } from './web-error.ts'

/** What the sessions of an engine share. */
export interface ApiPlace {
  readonly ort: OrtModule
  /** The runtime works on one thing at a time: sessions and runs wait for one another. */
  readonly turn: Turn
  readonly breath: Breath
}

/** Creates a session on a device. */
export async function apiSession(
  { ort, turn, breath }: ApiPlace,
  device: 'cpu' | 'webgpu',
  model: Uint8Array,
  options: SessionOptions,
): Promise<Session> {
  const signature = decodeSignature(model)
  const native = await turn(() => ort.InferenceSession.create(model, nativeOptions(device, options))).catch(
    (cause: unknown) => {
      throw sessionError(cause)
    },
  )
  const life = lifetime('a session', () => void turn(() => native.release()).catch(() => {}))
  const runNow = (inputs: Tensors, outputs: Tensors, { signal }: RunOptions = {}): Promise<void> =>
    turn(async () => {
      await breath()
      throwIfAborted(signal)
      await runOnce(ort, native, signature, inputs, outputs)
      throwIfAborted(signal)
    })

  return {
    engine: 'web',
    device,
    ...signature,
    run: (inputs, outputs, runOptions) => life.use(() => runNow(inputs, outputs, runOptions)),
    bind(inputs, outputs) {
      life.check()
      checkTensors(signature, inputs, outputs)
      const bound = lifetime('a bound run', () => {})
      return {
        run: (runOptions) => life.use(() => bound.use(() => runNow(inputs, outputs, runOptions))),
        dispose: bound.dispose,
        [Symbol.dispose]: bound.dispose,
      }
    },
    dispose: life.dispose,
    [Symbol.dispose]: life.dispose,
  }
}

/** Options of a session as the runtime spells them. */
export function nativeOptions(device: 'cpu' | 'webgpu', { optimization = 'all', config }: SessionOptions) {
  return {
    executionProviders: [device === 'cpu' ? 'wasm' : 'webgpu'],
    graphOptimizationLevel: optimization,
    enableMemPattern: false, // it doubles the memory that a session holds
    logSeverityLevel: 4,
    ...(config !== undefined && { extra: config }),
  }
}

async function runOnce(
  ort: OrtModule,
  native: OrtSession,
  signature: Signature,
  inputs: Tensors,
  outputs: Tensors,
): Promise<void> {
  checkTensors(signature, inputs, outputs)
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, data, shape }]) => [name, new ort.Tensor(dtype, data, shape)]),
  )
  const results = await native.run(feeds, Object.keys(outputs)).catch((cause: unknown) => {
    throw runError(cause)
  })
  for (const [name, tensor] of Object.entries(outputs)) copy(name, results[name]!, tensor)
}

function copy(name: string, from: { dims: readonly number[]; data: unknown }, { shape, data }: TensorData): void {
  if (from.dims.join() !== shape.join()) {
    throw new TweedieError(
      'shape',
      `output '${name}' has shape [${shape.join(', ')}]; the graph gave [${from.dims.join(', ')}]`,
    )
  }
  data.set(from.data as never)
}
