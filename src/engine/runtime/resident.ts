/// <reference lib="esnext.disposable" preserve="true" />
/** State that a session carries from run to run: what any engine can do, and the checks that all share. */
import { TweedieError } from '../../errors.ts'
import { throwIfAborted } from '../../interrupted.ts'
import type { ValueInfo } from '../onnx/proto/model.ts'
import type { Signature } from '../onnx/proto/signature.ts'
import { checkTensors } from './check.ts'
import { lifetime } from './lifetime.ts'
import { tensorArrays } from './session.ts'
import type { Resident, ResidentSpec, Session, StepOptions, TensorData, Tensors } from './session.ts'
import { oneAtATime } from './turns.ts'

/**
 * A {@link Resident} over any session: two sets of arrays that take turns, one read and one written. On a CPU nothing is copied.
 *
 * @throws TweedieError `shape` where `spec` does not fit the graph
 * @example
 * using counter = residentOf(session, { carry: { after: 'before' }, initial: { before: zero } })
 * await counter.step({}, {})
 * const { before } = await counter.state() // what the step made
 */
export function residentOf(session: Session, spec: ResidentSpec): Resident {
  const { carried, free } = checkCarry(session, spec)
  let [now, next] = [copies(spec.initial), emptyLike(spec.initial)]
  return residentWith({
    ...free,
    engine: session.engine,
    device: session.device,
    async run(feeds, read, options) {
      const into = Object.fromEntries(carried.map(([output, input]) => [output, next[input]!]))
      await session.run({ ...feeds, ...now }, { ...read, ...into }, options)
    },
    carry() {
      ;[now, next] = [next, now]
    },
    async copy(into) {
      for (const [name, { data }] of Object.entries(now)) into[name]!.data.set(data as never)
    },
    release: () => session.dispose(),
    initial: spec.initial,
  })
}

/** What an engine does; {@link residentWith} adds checks, turns and the lifetime. */
export interface ResidentParts {
  readonly engine: string
  readonly device: string
  readonly inputs: ReadonlyMap<string, ValueInfo>
  readonly outputs: ReadonlyMap<string, ValueInfo>
  /** Types and shapes of the state. */
  readonly initial: Tensors
  /** Runs the graph from the state that holds; what it makes of it lies beside it. */
  run(feeds: Tensors, read: Tensors, options: StepOptions): Promise<void>
  /** Makes the new state the one that holds. */
  carry(): void
  /** Copies the state that holds. */
  copy(into: Tensors): Promise<void>
  release(): void
}

/** A {@link Resident} of its parts. */
export function residentWith(parts: ResidentParts): Resident {
  const { engine, device, inputs, outputs, initial } = parts
  const turn = oneAtATime()
  const life = lifetime('a resident model', parts.release)
  return {
    engine,
    device,
    inputs,
    outputs,
    step: (feeds, read, options = {}) =>
      life.use(() =>
        turn(async () => {
          checkTensors({ inputs, outputs }, feeds, read, { mayReadNothing: true })
          throwIfAborted(options.signal)
          await parts.run(feeds, read, options)
          if (options.accept?.() ?? true) parts.carry()
        }),
      ),
    state: (into = emptyLike(initial)) =>
      life.use(() =>
        turn(async () => {
          checkTensors(signatureOf(initial), into, initial)
          await parts.copy(into)
          return into
        }),
      ),
    dispose: life.dispose,
    [Symbol.dispose]: life.dispose,
  }
}

/** The carried pairs, and the signature without them. */
export interface Carry {
  readonly carried: readonly (readonly [output: string, input: string])[]
  readonly free: Signature
}

/** @throws TweedieError `shape` that names the output or input that does not fit */
export function checkCarry({ inputs, outputs }: Signature, { carry, initial }: ResidentSpec): Carry {
  const carried = Object.entries(carry)
  const into = new Set(carried.map(([, input]) => input))
  if (into.size < carried.length) throw misfit(`two outputs feed one input: ${carried.map((each) => each.join(' → '))}`)
  for (const [output, input] of carried) {
    const [made, taken] = [outputs.get(output), inputs.get(input)]
    if (!made) throw misfit(`the graph has no output '${output}'`)
    if (!taken) throw misfit(`the graph has no input '${input}'`)
    const [given, wanted] = [made, taken].map(({ dtype, shape }) => `${dtype} [${shape?.join(', ') ?? '?'}]`)
    if (given !== wanted) throw misfit(`output '${output}' is ${given}, and the input '${input}' ${wanted}`)
  }
  const extra = Object.keys(initial).find((name) => !into.has(name))
  if (extra !== undefined) throw misfit(`no output feeds '${extra}', which has a first value`)
  const carriedInputs = new Map([...inputs].filter(([name]) => into.has(name)))
  checkTensors({ inputs: carriedInputs, outputs: carriedInputs }, initial, initial)
  return {
    carried,
    free: {
      inputs: new Map([...inputs].filter(([name]) => !into.has(name))),
      outputs: new Map([...outputs].filter(([name]) => carry[name] === undefined)),
    },
  }
}

const misfit = (what: string): TweedieError => new TweedieError('shape', `carried state: ${what}`)

function signatureOf(tensors: Tensors): Signature {
  const infos = new Map(Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { name, dtype, shape }]))
  return { inputs: infos, outputs: infos }
}

/** Zeros of the same types and shapes. */
export function emptyLike(tensors: Tensors): Tensors {
  return mapTensors(tensors, ({ dtype, data }) => new tensorArrays[dtype](data.length))
}

function copies(tensors: Tensors): Tensors {
  return mapTensors(tensors, ({ data }) => data.slice())
}

function mapTensors(tensors: Tensors, make: (tensor: TensorData) => TensorData['data']): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const { dtype, shape } = tensor
      return [name, { dtype, shape, data: make(tensor) }]
    }),
  )
}
