/**
 * The addon for worker threads: in a process of its own. A worker may be ended at any moment, and if that happens while the
 * addon is at work, its next call into JavaScript ends the whole process. Here only the child process would end, and it
 * ends by itself once the worker is gone. Inputs and outputs are copied twice more.
 */
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { TweedieError } from '../../../errors.ts'
import type { ErrorCode } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import type { Signature } from '../../onnx/proto/signature.ts'
import { checkTensors } from '../check.ts'
import { lifetime } from '../lifetime.ts'
import { meanwhileOf } from '../meanwhile.ts'
import type { Engine, Session, SessionOptions, TensorData, Tensors, TypedArray } from '../session.ts'
import { oneAtATime } from '../turns.ts'

/** A request to the host; a session is identified by the call that created it. */
export type Call = { readonly id: number } & (
  | { readonly name: 'create'; readonly model: Uint8Array; readonly options: SessionOptions }
  | {
      readonly name: 'run'
      readonly session: number
      readonly inputs: Tensors
      readonly outputs: Readonly<Record<string, Omit<TensorData, 'data'>>>
    }
  | { readonly name: 'dispose'; readonly session: number }
)

/** The host's answer. */
export interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: { readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined }
}

/** The engine; its process, one for each worker thread, is started with the first session and ends with the last. */
export const apartEngine: Engine = Object.freeze({ name: 'binding', createSession })

type Unnumbered<C> = C extends Call ? Omit<C, 'id'> : never

/** A connection to a host. */
interface Host {
  /** Sends a request, and returns the number of the call with the answer. */
  ask(call: Unnumbered<Call>): Promise<{ readonly id: number; readonly value: unknown }>
  /** Whether its process has ended. */
  readonly isGone: boolean
  end(): void
}

let current: { readonly host: Host; sessions: number } | undefined

/** A session in a host. */
interface Place {
  readonly host: Host
  readonly session: number
  readonly made: Signature & { readonly device: string }
  readonly leave: () => void
}

async function createSession(model: Uint8Array, options: SessionOptions = {}): Promise<Session> {
  const { meanwhile, ...plain } = options
  const first = await placed(model, plain, meanwhile)
  const { made } = first
  let place = Promise.resolve(first)
  const life = lifetime('a session', () => void place.then(discard, () => {}))

  /** The session; in a host of its own again where the one before has ended. */
  const alive = async (): Promise<Place> => {
    const before = place
    const found = await before.catch(() => undefined)
    if (found?.host.isGone === false) return found
    if (place === before) place = placed(model, plain)
    return place
  }
  const run = async (inputs: Tensors, outputs: Tensors, signal: AbortSignal | undefined): Promise<void> => {
    checkTensors(made, inputs, outputs)
    throwIfAborted(signal)
    const wanted = Object.fromEntries(
      Object.entries(outputs).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
    )
    const { host, session } = await alive()
    const { value: results } = await host.ask({ name: 'run', session, inputs, outputs: wanted })
    throwIfAborted(signal)
    for (const [name, { data }] of Object.entries(outputs)) {
      data.set((results as Record<string, TypedArray>)[name] as never)
    }
  }

  return {
    engine: 'binding',
    ...made,
    run: (inputs, outputs, { signal } = {}) => life.use(() => run(inputs, outputs, signal)),
    bind(inputs, outputs) {
      life.check()
      checkTensors(made, inputs, outputs)
      const bound = lifetime('a bound run', () => {})
      const turn = oneAtATime()
      return {
        run: ({ signal } = {}) => life.use(() => bound.use(() => turn(() => run(inputs, outputs, signal)))),
        dispose: bound.dispose,
        [Symbol.dispose]: bound.dispose,
      }
    },
    dispose: life.dispose,
    [Symbol.dispose]: life.dispose,
  }
}

/** Makes a session in the host of this thread, which is started where there is none. */
async function placed(model: Uint8Array, options: SessionOptions, meanwhile?: () => void): Promise<Place> {
  const shared = (current ??= { host: startHost(), sessions: 0 })
  const { host } = shared
  shared.sessions++
  const leave = (): void => {
    if (--shared.sessions > 0) return
    if (current === shared) current = undefined
    host.end()
  }
  const other = meanwhileOf(meanwhile)
  const making = host.ask({ name: 'create', model, options })
  other.begin()
  const { id: session, value } = await making.catch((error: unknown) => {
    leave()
    throw error
  })
  const place = { host, session, made: value as Place['made'], leave }
  other.check(() => discard(place))
  return place
}

function discard({ host, session, leave }: Place): void {
  void host.ask({ name: 'dispose', session }).then(leave, leave)
}

/** Whether the sources run as they are, by whatever loads TypeScript in this process. */
const fromSource = import.meta.url.endsWith('.ts')
const hostFile = new URL(fromSource ? './binding-host.ts' : '../engine/runtime/node/binding-host.js', import.meta.url)

function startHost(): Host {
  const child: ChildProcess = fork(fileURLToPath(hostFile), {
    execArgv: fromSource ? process.execArgv : [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: TweedieError) => void }>()
  let calls = 0
  let gone = false
  // A host without open calls does not keep the worker alive.
  const rest = (): void => {
    if (waiting.size > 0) return
    child.unref()
    child.channel?.unref()
  }
  const fail = (reason: string): void => {
    gone = true
    if (current?.host === host) current = undefined
    const hint = 'ask again: the next call starts another; if it ended for want of memory, with a smaller batch'
    for (const { reject } of waiting.values()) {
      reject(new TweedieError('device', `the process that runs onnxruntime-node ${reason}`, { hint }))
    }
    waiting.clear()
  }
  child.on('error', (error) => fail(`does not start: ${error.message}`))
  child.on('exit', (status, signal) => fail(`has ended (${signal ?? status})`))
  child.on('message', ({ id, value, error }: Answer) => {
    const { resolve, reject } = waiting.get(id)!
    waiting.delete(id)
    rest()
    if (error) reject(new TweedieError(error.code, error.message, { hint: error.hint }))
    else resolve(value)
  })
  const host: Host = {
    get isGone() {
      return gone
    },
    async ask(call) {
      const id = ++calls
      child.ref()
      child.channel?.ref()
      const value = await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        child.send({ ...call, id }, (error) => error && fail(`cannot be reached: ${error.message}`))
      })
      return { id, value }
    },
    end: () => void (child.connected && child.disconnect()),
  }
  return host
}
