/**
 * Ctrl-C, SIGTERM, a terminal that is closed, and a reader of our output that is gone: the first of them asks to stop cleanly, a
 * second signal stops at once.
 */
import { constants } from 'node:os'

/** Listens until it is disposed. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
  /** The exit status that a process has that was stopped like this: 128 and the signal's number; undefined if it was not. */
  readonly status: number | undefined
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const streams = () => [process.stdout, process.stderr]

/** How many listen now. */
let listening = 0

/** @param onFirst says that the work is being wound up */
export function listenForInterrupt(onFirst: () => void = () => {}): Interrupt {
  const controller = new AbortController()
  let status: number | undefined
  const stop = (code: number): void => {
    status = code
    onFirst()
    controller.abort()
  }
  const onSignal = (name: NodeJS.Signals): void => {
    const code = 128 + constants.signals[name]
    // What is half written under a temporary name is removed on the way out.
    if (status !== undefined) process.exit(code)
    stop(code)
  }
  const onError = (error: NodeJS.ErrnoException): void => {
    if (status === undefined && isGone(error)) stop(128 + constants.signals.SIGPIPE)
  }
  for (const name of names) process.on(name, onSignal)
  for (const stream of streams()) stream.on('error', onError)
  listening++
  return {
    signal: controller.signal,
    get status() {
      return status
    },
    [Symbol.dispose]() {
      listening--
      for (const name of names) process.off(name, onSignal)
      for (const stream of streams()) stream.off('error', onError)
    },
  }
}

/**
 * Ends the process quietly where nobody reads its output any more (`tweedie … | head`), unless something is under way that
 * {@link listenForInterrupt} winds up.
 */
export function endWithoutReaders(): void {
  for (const stream of streams()) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!isGone(error)) throw error
      if (listening === 0) process.exit()
    })
  }
}

/** A pipe without a reader, or a terminal that was closed. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO'
}
