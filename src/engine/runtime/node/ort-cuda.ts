/**
 * CUDA: a provider of ONNX Runtime in libraries of its own, which no npm package brings. They lie beside the runtime's library, and must be of
 * the same version; below them are NVIDIA's driver, CUDA and cuDNN.
 *
 * Reference: https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html
 */
import { platform } from 'node:process'
import type { OrtApi } from './ort-api.ts'
import { attempt } from './device-error.ts'
import { providersFolder } from './ort-library.ts'

/**
 * Settings of the provider. Products keep the precision of their numbers: TF32, the provider's default where there is none, rounds what is
 * multiplied to ten bits. The arena grows by what is asked for, as it does on the CPU.
 */
const settings: Readonly<Record<string, string>> = Object.freeze({
  device_id: '0',
  use_tf32: '0',
  arena_extend_strategy: 'kSameAsRequested',
})

/** Lets a session compute with CUDA. Throws the runtime's message where the provider does not load. */
export function appendCuda(api: OrtApi, sessionOptions: bigint): void {
  const options = api.make((out) => api.CreateCUDAProviderOptions(out))
  try {
    const texts = (list: readonly string[]): Buffer[] => list.map((text) => Buffer.from(`${text}\0`))
    const [keys, values] = [texts(Object.keys(settings)), texts(Object.values(settings))]
    const places = (list: readonly Buffer[]): BigUint64Array => BigUint64Array.from(list, (text) => api.address(text))
    api.check(api.UpdateCUDAProviderOptions(options, places(keys), places(values), keys.length))
    api.check(api.SessionOptionsAppendExecutionProvider_CUDA_V2(sessionOptions, options))
  } finally {
    api.ReleaseCUDAProviderOptions(options)
  }
}

/** What CUDA needs, in one sentence. */
export function cudaHint(): string {
  const [cuda, shared] = ['cuda', 'shared'].map((name) =>
    platform === 'win32' ? `onnxruntime_providers_${name}.dll` : `libonnxruntime_providers_${name}.so`,
  )
  const folder = attempt(providersFolder) ?? 'the runtime’s library'
  return `CUDA needs NVIDIA's driver, CUDA and cuDNN, and ${cuda} and ${shared} of the same ONNX Runtime in ${folder}; TWEEDIE_ONNXRUNTIME names the folder of another ONNX Runtime that has them`
}
