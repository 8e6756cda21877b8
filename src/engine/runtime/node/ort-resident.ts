/**
 * Models whose state stays on a device of Node's, through ONNX Runtime's IO bindings: values that a step made on the device are bound as
 * inputs of the next, and those of the step before as its outputs. What is fed is copied there, what is read is copied back.
 */
import { decodeSignature } from '../../onnx/proto/signature.ts'
import { encodeModel } from '../../onnx/proto/encode.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { checkOptions } from '../check.ts'
import { checkCarry, residentWith } from '../resident.ts'
import type { Resident, ResidentSpec, SessionOptions, TensorData, Tensors } from '../session.ts'
import { deviceTurn, load, loadCapi, makeValue, type Runtime } from './ort-capi.ts'
import { runError } from './ort-error.ts'

/** Names of the memory that devices have, as the runtime spells them. */
const memories: Readonly<Record<string, string>> = Object.freeze({ webgpu: 'WebGPU_Buffer', cuda: 'Cuda' })

/**
 * Loads a model whose state stays on the device.
 *
 * @returns undefined on a device whose memory is not known: the CPU, which `auto` may find
 */
export async function ortResident(
  model: Uint8Array,
  spec: ResidentSpec,
  options: SessionOptions = {},
): Promise<Resident | undefined> {
  const wanted = options.device ?? 'cpu'
  if (wanted !== 'auto' && memories[wanted] === undefined) return undefined
  checkOptions(options)
  const { carried, free } = checkCarry(decodeSignature(model), spec)
  const runtime = await loadCapi()
  const { api, cpuMemory } = runtime
  const { native, device } = await load(runtime, model, options)
  const memory = memories[device]
  if (memory === undefined) {
    api.ReleaseSession(native)
    return undefined
  }
  const deviceMemory = api.make((out) => api.CreateMemoryInfo(memory, deviceAllocator, 0, defaultMemory, out))
  const allocator = api.make((out) => api.GetAllocatorWithDefaultOptions(out))
  const binding = api.make((out) => api.CreateIoBinding(native, out))

  // The first values are here, and each of their arrays must live as long as its value.
  const first = Object.entries(spec.initial).map(([name, tensor]) => [name, copyOf(tensor)] as const)
  let now = new Map(first.map(([name, tensor]) => [name, makeValue(api, cpuMemory, tensor)]))
  let isHere = true
  let next = new Map<string, bigint>()
  const release = (values: Iterable<bigint>): void => {
    for (const value of values) api.ReleaseValue(value)
  }
  let copier: Copier | undefined

  const run = async (feeds: Tensors, read: Tensors, signal: AbortSignal | undefined): Promise<void> => {
    const lent: bigint[] = []
    const lend = (tensor: TensorData): bigint => {
      const value = makeValue(api, cpuMemory, tensor)
      lent.push(value)
      return value
    }
    const runOptions = api.make((out) => api.CreateRunOptions(out))
    const stop = (): void => void api.RunOptionsSetTerminate(runOptions)
    signal?.addEventListener('abort', stop)
    try {
      for (const [name, value] of now) api.check(api.BindInput(binding, name, value))
      for (const [name, tensor] of Object.entries(feeds)) api.check(api.BindInput(binding, name, lend(tensor)))
      for (const [output, input] of carried) {
        const spare = next.get(input)
        api.check(
          spare === undefined
            ? api.BindOutputToDevice(binding, output, deviceMemory)
            : api.BindOutput(binding, output, spare),
        )
      }
      for (const [name, tensor] of Object.entries(read)) api.check(api.BindOutput(binding, name, lend(tensor)))
      await api.later(api.RunWithBinding, native, runOptions, binding)
      const made = boundOutputs()
      release(next.values())
      next = new Map(carried.map(([, input], i) => [input, made[i]!]))
      release(made.slice(carried.length))
    } catch (cause) {
      throwIfAborted(signal)
      throw runError(cause)
    } finally {
      signal?.removeEventListener('abort', stop)
      api.ClearBoundInputs(binding)
      api.ClearBoundOutputs(binding)
      release(lent)
      api.ReleaseRunOptions(runOptions)
    }
    throwIfAborted(signal)
  }

  /** The values of all outputs, in the order in which they were bound. */
  const boundOutputs = (): bigint[] => {
    const count = new BigUint64Array(1)
    const list = api.make((out) => api.GetBoundOutputValues(binding, allocator, out, count))
    const values = runtime.koffi.decode(list, 'void *', Number(count[0])) as bigint[]
    api.check(api.AllocatorFree(allocator, list))
    return values
  }

  return residentWith({
    ...free,
    engine: 'capi',
    device,
    initial: spec.initial,
    run: (feeds, read, { signal }) => deviceTurn(() => run(feeds, read, signal)),
    carry() {
      ;[now, next] = [next, now]
      // Values that were here are no place for what a step makes on the device.
      if (isHere) {
        release(next.values())
        next = new Map()
        first.length = 0
        isHere = false
      }
    },
    async copy(into) {
      copier ??= await copierOf(runtime, spec.initial, device)
      const { copy } = copier
      await deviceTurn(() => copy(now, into))
    },
    release() {
      release(now.values())
      release(next.values())
      api.ReleaseIoBinding(binding)
      api.ReleaseMemoryInfo(deviceMemory)
      api.ReleaseSession(native)
      copier?.release()
    },
  })
}

/** Copies values to arrays here. */
interface Copier {
  copy(values: ReadonlyMap<string, bigint>, into: Tensors): Promise<void>
  release(): void
}

/** By a model that gives back what it is given: bound to values there, and to arrays here. */
async function copierOf(runtime: Runtime, tensors: Tensors, device: string): Promise<Copier> {
  const { api, cpuMemory } = runtime
  const { native } = await load(runtime, identities(tensors), { device })
  const binding = api.make((out) => api.CreateIoBinding(native, out))
  return {
    async copy(values, into) {
      const runOptions = api.make((out) => api.CreateRunOptions(out))
      const here = Object.entries(into).map(([name, tensor]) => [name, makeValue(api, cpuMemory, tensor)] as const)
      try {
        for (const [name, value] of values) api.check(api.BindInput(binding, name, value))
        for (const [name, value] of here) api.check(api.BindOutput(binding, copyName(name), value))
        await api.later(api.RunWithBinding, native, runOptions, binding)
      } catch (cause) {
        throw runError(cause)
      } finally {
        api.ClearBoundInputs(binding)
        api.ClearBoundOutputs(binding)
        for (const [, value] of here) api.ReleaseValue(value)
        api.ReleaseRunOptions(runOptions)
      }
    },
    release() {
      api.ReleaseIoBinding(binding)
      api.ReleaseSession(native)
    },
  }
}

const copyName = (name: string): string => `copy of ${name}`

function identities(tensors: Tensors): Uint8Array {
  const infos = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }))
  return encodeModel({
    irVersion: 10,
    opsets: { '': 21 },
    graph: {
      name: 'copies',
      nodes: infos.map(({ name }) => ({ opType: 'Identity', inputs: [name], outputs: [copyName(name)] })),
      initializers: [],
      inputs: infos,
      outputs: infos.map((info) => ({ ...info, name: copyName(info.name) })),
    },
  })
}

const copyOf = (tensor: TensorData): TensorData => ({ ...tensor, data: tensor.data.slice() })

/** OrtAllocatorType and OrtMemType. */
const [deviceAllocator, defaultMemory] = [0, 0]
