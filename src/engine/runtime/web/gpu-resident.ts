/**
 * Models whose state stays on the GPU: two buffers for each carried value take turns, one read and one written. What a step is
 * fed is uploaded, what is read comes back, and nothing else crosses.
 */
import type { TweedieError } from '../../../errors.ts'
import { decodeSignature } from '../../onnx/proto/signature.ts'
import { meanwhileOf } from '../meanwhile.ts'
import { checkCarry, residentWith } from '../resident.ts'
import type { Resident, ResidentSpec, SessionOptions, TensorData, Tensors } from '../session.ts'
import { type ApiPlace, nativeOptions } from './api-session.ts'
import type { OrtModule, OrtTensor } from './ort-module.ts'
import { lostError, runError, sessionError } from './web-error.ts'

/** A buffer of the GPU. */
interface Buffer {
  getMappedRange(): ArrayBuffer
  mapAsync(mode: number): Promise<void>
  unmap(): void
  destroy(): void
}

/** The part of a GPU's device that is used. */
interface Gpu {
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>
  readonly queue: { submit(commands: readonly unknown[]): void }
  createBuffer(options: { readonly size: number; readonly usage: number; readonly mappedAtCreation?: boolean }): Buffer
  createCommandEncoder(): {
    copyBufferToBuffer(from: Buffer, fromOffset: number, to: Buffer, toOffset: number, size: number): void
    finish(): unknown
  }
}

/** What the runtime has for WebGPU. */
interface GpuModule {
  readonly env: { readonly webgpu: { readonly device: Promise<Gpu> } }
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: Readonly<Record<string, unknown>>,
    ): Promise<{
      run(
        feeds: Readonly<Record<string, OrtTensor>>,
        fetches: Readonly<Record<string, OrtTensor | null>>,
      ): Promise<Record<string, OrtTensor>>
      release(): Promise<void>
    }>
  }
  readonly Tensor: OrtModule['Tensor'] & {
    fromGpuBuffer(buffer: Buffer, options: { readonly dataType: string; readonly dims: readonly number[] }): OrtTensor
  }
}

/** Bits of `GPUBufferUsage`, and the mode of `mapAsync`. */
const [mapRead, copySource, copyTarget, storage] = [1, 4, 8, 128]

/** Shaders read vectors of four numbers. */
const bytesOf = ({ data }: TensorData): number => Math.max(16, Math.ceil(data.byteLength / 16) * 16)

/** Loads a model whose state stays on the GPU. */
export async function gpuResident(
  { ort, turn, breath }: ApiPlace,
  model: Uint8Array,
  spec: ResidentSpec,
  options: SessionOptions,
): Promise<Resident> {
  const { carried, free } = checkCarry(decodeSignature(model), spec)
  const module = ort as unknown as GpuModule
  const locations = Object.fromEntries([...free.outputs.keys()].map((name) => [name, 'cpu']))
  for (const [output] of carried) locations[output] = 'gpu-buffer'
  const native = await turn(() =>
    module.InferenceSession.create(model, { ...nativeOptions('webgpu', options), preferredOutputLocation: locations }),
  ).catch((cause: unknown) => {
    throw sessionError(cause)
  })
  const other = meanwhileOf(options.meanwhile)
  other.begin()
  other.check(() => void native.release().catch(() => {}))
  const gpu = await module.env.webgpu.device
  let lost: TweedieError | undefined
  const losing = gpu.lost.then(({ reason, message }) => {
    lost = lostError(message || reason)
    throw lost
  })
  losing.catch(() => {})
  /** A task on the device, unless it is lost before or meanwhile. */
  const alive = <T>(task: () => Promise<T>): Promise<T> =>
    (lost ? Promise.reject(lost) : ended(task(), losing)).catch((cause: unknown) => {
      throw lost ?? runError(cause)
    })

  // The runtime holds on to a device that was lost: nothing but an answer shows that this one is alive.
  await alive(() => answer(gpu)).catch(async (cause: unknown) => {
    await native.release().catch(() => {})
    throw cause
  })

  const buffers: Buffer[] = []
  const held = (tensor: TensorData, filled: boolean) => {
    const buffer = gpu.createBuffer({
      size: bytesOf(tensor),
      usage: storage | copySource | copyTarget,
      mappedAtCreation: filled,
    })
    buffers.push(buffer)
    if (filled) {
      const { data } = tensor
      new Uint8Array(buffer.getMappedRange()).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      buffer.unmap()
    }
    return { buffer, tensor: module.Tensor.fromGpuBuffer(buffer, { dataType: tensor.dtype, dims: tensor.shape }) }
  }
  const all = (filled: boolean) =>
    Object.fromEntries(Object.entries(spec.initial).map(([name, tensor]) => [name, held(tensor, filled)]))
  let [now, next] = [all(true), all(false)]

  return residentWith({
    ...free,
    engine: 'web',
    device: 'webgpu',
    initial: spec.initial,
    run: (feeds, read) =>
      turn(async () => {
        await breath()
        const inputs = Object.fromEntries(
          Object.entries(feeds).map(([name, { dtype, data, shape }]) => [name, new module.Tensor(dtype, data, shape)]),
        )
        for (const [name, { tensor }] of Object.entries(now)) inputs[name] = tensor
        const outputs: Record<string, OrtTensor | null> = Object.fromEntries(
          Object.keys(read).map((name) => [name, null]),
        )
        for (const [output, input] of carried) outputs[output] = next[input]!.tensor
        const results = await alive(() => native.run(inputs, outputs))
        for (const [name, { data }] of Object.entries(read)) data.set(results[name]!.data as never)
      }),
    carry() {
      ;[now, next] = [next, now]
    },
    copy: (into) => turn(() => alive(() => download(gpu, now, into))),
    release() {
      void turn(() => native.release()).catch(() => {})
      for (const buffer of buffers) buffer.destroy()
    },
  })
}

/**
 * What a task gives, or the reason why the device was lost: not before the task has ended, since the runtime does one thing at a
 * time, unless that takes too long.
 */
async function ended<T>(task: Promise<T>, losing: Promise<never>): Promise<T> {
  try {
    return await Promise.race([task, losing])
  } catch (cause) {
    await Promise.race([task.catch(() => {}), new Promise((resolve) => setTimeout(resolve, mostPatience))])
    throw cause
  }
}

const mostPatience = 5000

/** Waits for the device. */
async function answer(gpu: Gpu): Promise<void> {
  const buffer = gpu.createBuffer({ size: 16, usage: mapRead | copyTarget })
  try {
    await buffer.mapAsync(mapRead)
  } catch (cause) {
    throw lostError(cause instanceof Error ? cause.message : String(cause), cause)
  } finally {
    buffer.destroy()
  }
}

/** Copies buffers to arrays, all of them in one journey. */
async function download(gpu: Gpu, from: Readonly<Record<string, { readonly buffer: Buffer }>>, into: Tensors) {
  const sizes = Object.entries(into).map(([name, tensor]) => [name, tensor, bytesOf(tensor)] as const)
  const size = sizes.reduce((sum, [, , bytes]) => sum + bytes, 0)
  const staging = gpu.createBuffer({ size, usage: mapRead | copyTarget })
  try {
    const commands = gpu.createCommandEncoder()
    let at = 0
    for (const [name, , bytes] of sizes) {
      commands.copyBufferToBuffer(from[name]!.buffer, 0, staging, at, bytes)
      at += bytes
    }
    gpu.queue.submit([commands.finish()])
    await staging.mapAsync(mapRead)
    const found = staging.getMappedRange()
    at = 0
    for (const [, { data }, bytes] of sizes) {
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength).set(new Uint8Array(found, at, data.byteLength))
      at += bytes
    }
    staging.unmap()
  } finally {
    staging.destroy()
  }
}
