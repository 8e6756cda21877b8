/// <reference lib="esnext.disposable" preserve="true" />
/** A training run in a worker, as the page sees it. */
import type { Caller } from './calls.ts'
import type { Calls, PlainOptions, RunEnd, RunEvent } from './protocol.ts'
import { type RemoteModel, remoteModel } from './remote-model.ts'

/** A run in a worker. Its events come in order; who leaves the loop over them stops the run. */
export interface RemoteRun extends AsyncIterable<RunEvent>, AsyncDisposable {
  /** The end. @throws TweedieError `diverged`, `usage`, … where training fails */
  readonly end: Promise<RunEnd>
  /** Waits after the present step. @returns steps made */
  pause(): Promise<number>
  /** Goes on. */
  go(): Promise<number>
  /** Makes so many steps, then waits. */
  step(count?: number): Promise<number>
  /** Keeps the run as it is now. */
  save(): Promise<number>
  /** Ends it after the present step, and keeps it. */
  stop(): Promise<RunEnd>
  /** A copy that goes on from here, with other `steps`, `minutes` or `rate` if they are given; this run goes on as well. */
  fork(request?: ForkRequest): RemoteRun
  /** The model as it is now; it does not change with further steps. Dispose of it. */
  model(): Promise<RemoteModel>
}

/** How a run is forked. */
export interface ForkRequest {
  /** The name under which the copy is kept; without one it lives in memory alone. */
  readonly name?: string | undefined
  readonly options?: PlainOptions | undefined
}

/** The calls that are runs. */
type Begin = { [Name in 'train' | 'resume' | 'fork']: { readonly name: Name; readonly ask: Calls[Name]['ask'] } }[
  | 'train'
  | 'resume'
  | 'fork']

/** Unread events of single steps beyond so many are dropped, oldest first. */
const mostUnread = 10_000

/** Begins a run. */
export function remoteRun(
  calls: Caller,
  { name, ask }: Begin,
  { signal, onEvent }: { signal?: AbortSignal | undefined; onEvent?: ((event: RunEvent) => void) | undefined } = {},
): RemoteRun {
  const events = queue<RunEvent>(({ type }) => type === 'step')
  let number = 0
  const end = calls.ask(name, ask, {
    signal,
    onSent: (id) => (number = id),
    onEvents(some) {
      for (const event of some) {
        onEvent?.(event)
        events.put(event)
      }
    },
  })
  // A page that is hidden may be closed next, and tells nobody.
  const page = 'name' in ask && ask.name !== undefined ? (globalThis.document as Document | undefined) : undefined
  const keep = (): void => {
    if (page?.visibilityState === 'hidden') control('save').catch(() => undefined)
  }
  page?.addEventListener('visibilitychange', keep)
  const close = (error?: unknown): void => {
    page?.removeEventListener('visibilitychange', keep)
    events.close(error)
  }
  end.then(() => close(), close)
  const control = async (to: Calls['control']['ask']['to'], steps?: number): Promise<number> =>
    (await calls.ask('control', { run: number, to, ...(steps !== undefined && { steps }) })).step
  const stop = async (): Promise<RunEnd> => {
    await control('stop').catch(() => undefined)
    return end
  }
  return {
    end,
    pause: () => control('pause'),
    go: () => control('go'),
    step: (count = 1) => control('step', count),
    save: () => control('save'),
    stop,
    fork: ({ name: as, options = {} } = {}) =>
      remoteRun(calls, { name: 'fork', ask: { run: number, name: as, options } }),
    model: async () => remoteModel(calls, await calls.ask('snapshot', { run: number })),
    async *[Symbol.asyncIterator]() {
      try {
        yield* events
      } finally {
        await stop().catch(() => undefined)
      }
    },
    async [Symbol.asyncDispose]() {
      await stop().catch(() => undefined)
    },
  }
}

/** Events between the one who sends and the one who reads them. */
function queue<T>(isMinor: (event: T) => boolean) {
  let unread: T[] = []
  let wake: (() => void) | undefined
  let over: { readonly error: unknown } | undefined
  return {
    put(event: T): void {
      unread.push(event)
      if (unread.length > mostUnread) {
        const half = unread.length / 2
        unread = unread.filter((each, i) => i > half || !isMinor(each))
      }
      wake?.()
    },
    close(error?: unknown): void {
      over ??= { error }
      wake?.()
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
      for (;;) {
        while (unread.length > 0) yield unread.shift()!
        if (over) {
          if (over.error !== undefined) throw over.error
          return
        }
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
