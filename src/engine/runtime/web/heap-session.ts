/**
 * Sessions on the runtime's own memory. What lies there is read and written in place; other arrays are copied in before a
 * run and out after it. Tensors of a bound run are made once.
 */
import { throwIfAborted } from '../../../interrupted.ts'
import { decodeSignature } from '../../onnx/proto/signature.ts'
import { checkTensors } from '../check.ts'
import { lifetime } from '../lifetime.ts'
import type { BoundRun, RunOptions, Session, SessionOptions, TensorData, Tensors, TensorType } from '../session.ts'
import type { Turn } from '../turns.ts'
import type { Breath } from './breath.ts'
import type { Heap } from './heap.ts'
import { runError, sessionError } from './web-error.ts'

/** What the sessions of an engine share. */
export interface HeapPlace {
  readonly heap: Heap
  /** The runtime works on one thing at a time: sessions and runs wait for one another. */
  readonly turn: Turn
  readonly breath: Breath
}

/** The runtime's numbers for element types and for how far it rewrites graphs. */
const types: Readonly<Record<TensorType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
}
const optimizations = { disabled: 0, basic: 1, extended: 2, all: 99 } as const
const onCpu = 1
const fatal = 4

/** Creates a session on the CPU. */
export async function heapSession(place: HeapPlace, model: Uint8Array, options: SessionOptions): Promise<Session> {
  const { heap, turn, breath } = place
  const signature = decodeSignature(model)
  const handle = await turn(() => create(heap, model, options))
  const names = new Map(
    [...signature.inputs.keys(), ...signature.outputs.keys()].map((name) => [name, heap.text(name)]),
  )
  const life = lifetime('a session', () => {
    heap.functions._OrtReleaseSession(handle)
    for (const at of names.values()) heap.free(at)
  })
  const runBound = (bound: Bound, { signal }: RunOptions = {}): Promise<void> =>
    turn(async () => {
      await breath()
      throwIfAborted(signal)
      await run(heap, handle, bound)
      throwIfAborted(signal)
    })

  return {
    engine: 'web',
    device: 'cpu',
    ...signature,
    run: (inputs, outputs, runOptions) =>
      life.use(async () => {
        checkTensors(signature, inputs, outputs)
        const bound = bindTensors(heap, names, inputs, outputs)
        try {
          await runBound(bound, runOptions)
        } finally {
          bound.release()
        }
      }),
    bind(inputs, outputs): BoundRun {
      life.check()
      checkTensors(signature, inputs, outputs)
      const bound = bindTensors(heap, names, inputs, outputs)
      const own = lifetime('a bound run', bound.release)
      return {
        run: (runOptions) => life.use(() => own.use(() => runBound(bound, runOptions))),
        dispose: own.dispose,
        [Symbol.dispose]: own.dispose,
      }
    },
    dispose: life.dispose,
    [Symbol.dispose]: life.dispose,
  }
}

async function create(heap: Heap, model: Uint8Array, { optimization = 'all', config = {} }: SessionOptions) {
  const { functions } = heap
  const taken: number[] = []
  const keep = (at: number): number => {
    taken.push(at)
    return at
  }
  let options = 0
  try {
    // Neither an arena nor memory patterns: both hold on to memory, and measure no gain here.
    options = functions._OrtCreateSessionOptions(optimizations[optimization], false, false, 0, false, 0, 0, fatal, 0, 0)
    if (options === 0) throw heap.lastError()
    for (const [key, value] of Object.entries(config)) {
      const refused = functions._OrtAddSessionConfigEntry(options, keep(heap.text(key)), keep(heap.text(value)))
      if (refused !== 0) throw heap.lastError()
    }
    const at = keep(heap.take(model.length))
    heap.bytes(at, model.length).set(model)
    const handle = await functions._OrtCreateSession(at, model.length, options)
    if (handle === 0) throw heap.lastError()
    return handle
  } catch (cause) {
    throw sessionError(cause)
  } finally {
    if (options !== 0) functions._OrtReleaseSessionOptions(options)
    for (const at of taken) heap.free(at)
  }
}

/** Tensors of the runtime, and what is copied into and out of them. */
interface Bound {
  /** Addresses of the lists that a run takes: of names and of tensors. */
  readonly inputNames: number
  readonly inputs: number
  readonly inputCount: number
  readonly outputNames: number
  readonly outputs: number
  readonly outputCount: number
  /** Copies the inputs that do not lie in the runtime's memory. */
  enter(): void
  leave(): void
  release(): void
}

/** A tensor of the runtime over an array, or over a copy of it. */
interface Lane {
  readonly data: TensorData['data']
  readonly at: number
  readonly copied: boolean
  readonly tensor: number
}

function bindTensors(heap: Heap, names: ReadonlyMap<string, number>, inputs: Tensors, outputs: Tensors): Bound {
  const taken: number[] = []
  const lanes: Lane[] = []
  const release = (): void => {
    for (const { tensor } of lanes.splice(0)) heap.functions._OrtReleaseTensor(tensor)
    for (const at of taken.splice(0)) heap.free(at)
  }
  const keep = (at: number): number => {
    taken.push(at)
    return at
  }
  const laneOf = ({ dtype, shape, data }: TensorData): Lane => {
    const there = heap.placeOf(data)
    const at = there ?? keep(heap.take(data.byteLength))
    const dims = heap.numbers(shape)
    const tensor = heap.functions._OrtCreateTensor(types[dtype], at, data.byteLength, dims, shape.length, onCpu)
    heap.free(dims)
    if (tensor === 0) throw runError(heap.lastError())
    const lane = { data, at, copied: there === undefined, tensor }
    lanes.push(lane)
    return lane
  }
  try {
    const sides = [inputs, outputs].map((side) => {
      const own = Object.values(side).map(laneOf)
      const labels = keep(heap.numbers(Object.keys(side).map((name) => names.get(name)!)))
      return { own, labels, tensors: keep(heap.numbers(own.map(({ tensor }) => tensor))) }
    })
    const [into, from] = sides.map(({ own }) => own.filter(({ copied }) => copied))
    return {
      inputNames: sides[0]!.labels,
      inputs: sides[0]!.tensors,
      inputCount: sides[0]!.own.length,
      outputNames: sides[1]!.labels,
      outputs: sides[1]!.tensors,
      outputCount: sides[1]!.own.length,
      enter() {
        for (const { data, at } of into!) heap.bytes(at, data.byteLength).set(bytesOf(data))
      },
      leave() {
        for (const { data, at } of from!) bytesOf(data).set(heap.bytes(at, data.byteLength))
      },
      release,
    }
  } catch (error) {
    release()
    throw error
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: TensorData['data']): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

async function run(heap: Heap, session: number, bound: Bound): Promise<void> {
  bound.enter()
  const { inputNames, inputs, inputCount, outputNames, outputs, outputCount } = bound
  let refused: number
  try {
    refused = await heap.functions._OrtRun(
      session,
      inputNames,
      inputs,
      inputCount,
      outputNames,
      outputCount,
      outputs,
      0,
    )
  } catch (cause) {
    throw runError(cause)
  }
  if (refused !== 0) throw runError(heap.lastError())
  bound.leave()
}
