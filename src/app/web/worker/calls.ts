/** The page's end of the line: calls with their answers, progress and errors. */
import { TweedieError } from '../../../errors.ts'
import { interrupted } from '../../../interrupted.ts'
import { errorOf } from './plain-error.ts'
import type { Line } from './line.ts'
import type { CallName, Calls, Handle, PlainProgress, Reply, Request, RunEvent } from './protocol.ts'

/** How one call is stopped and watched. */
export interface Watching {
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: PlainProgress) => void) | undefined
  readonly onRemark?: ((text: string) => void) | undefined
}

/** The same, with what only a run needs. */
export interface Watch extends Watching {
  readonly onEvents?: ((events: readonly RunEvent[]) => void) | undefined
  /** Called with the call's number, once it is sent. */
  readonly onSent?: ((id: number) => void) | undefined
}

/** Asks the worker. */
export interface Caller {
  /** @throws TweedieError what the worker says, with its code and hint; `interrupted` after the signal */
  ask<Name extends CallName>(name: Name, ask: Calls[Name]['ask'], watch?: Watch): Promise<Calls[Name]['answer']>
  /** Frees what lies in the worker. */
  release(handle: Handle): void
  /** Ends all calls that wait with an error. */
  close(error: TweedieError): void
}

interface Waiting extends Watch {
  answer(value: unknown): void
  fail(error: unknown): void
}

/** @param line to the worker; its errors end all calls */
export function caller(line: Line): Caller {
  const waiting = new Map<number, Waiting>()
  let closed: TweedieError | undefined
  let heard = false
  let last = 0
  const send = (request: Request): void => line.postMessage(request, [])
  const end = (error: TweedieError): void => {
    closed ??= error
    for (const { fail } of waiting.values()) fail(error)
    waiting.clear()
  }
  line.addEventListener('message', ({ data }) => {
    const reply = data as Reply
    heard = true
    const call = waiting.get(reply.id)
    if (call === undefined) return
    if (reply.type === 'progress') call.onProgress?.(reply.progress)
    else if (reply.type === 'remark') call.onRemark?.(reply.text)
    else if (reply.type === 'events') call.onEvents?.(reply.events)
    else {
      waiting.delete(reply.id)
      if (reply.type === 'answer') call.answer(reply.value)
      else {
        const error = errorOf(reply.error)
        call.fail(
          error.code === 'interrupted' && call.signal?.aborted ? interrupted(call.signal, error.message) : error,
        )
      }
    }
  })
  line.addEventListener('error', (event) => {
    const { message = 'it could not be loaded' } = event as { readonly message?: string }
    end(
      heard
        ? new TweedieError('device', `the worker failed: ${message}`, {
            hint: 'begin with a new one, or load the page anew; a run that is kept goes on from its last checkpoint',
          })
        : new TweedieError('device', `the worker does not run: ${message}`, {
            hint: "is its URL right, and is it a module? new Worker(new URL('tweedie/web/worker', import.meta.url), { type: 'module' })",
          }),
    )
  })
  line.start?.()
  return {
    ask(name, ask, watch = {}) {
      const { signal } = watch
      if (closed) return Promise.reject(closed)
      if (signal?.aborted) return Promise.reject(interrupted(signal))
      const id = ++last
      return new Promise<never>((resolve, reject) => {
        const abort = (): void => send({ id, do: 'abort', reason: reasonOf(signal) })
        const settled =
          <T>(settle: (value: T) => void) =>
          (value: T): void => {
            signal?.removeEventListener('abort', abort)
            settle(value)
          }
        waiting.set(id, { ...watch, answer: settled(resolve as (value: unknown) => void), fail: settled(reject) })
        try {
          send({ id, do: name, ask } as Request)
        } catch (cause) {
          waiting.delete(id)
          reject(
            new TweedieError('usage', `\`${name}\` was given what cannot go to a worker: ${String(cause)}`, {
              hint: 'plain values, arrays, files and handles can; functions and parts of your own cannot',
              cause,
            }),
          )
          return
        }
        signal?.addEventListener('abort', abort)
        watch.onSent?.(id)
      })
    },
    release(handle) {
      if (!closed) send({ id: handle, do: 'release' })
    },
    close: end,
  }
}

function reasonOf(signal: AbortSignal | undefined): string | undefined {
  const reason: unknown = signal?.reason
  return reason instanceof Error && reason.name !== 'AbortError' ? reason.message : undefined
}
