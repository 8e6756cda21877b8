/**
 * Ctrl-C, SIGTERM, a closed terminal, and a closed output pipe: the first of them asks to stop cleanly, a second signal
 * stops at once.
 */
import { constants } from 'node:os'

/** Listens until it is disposed. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
  /** The exit status of a stopped process: 128 plus the signal's number; undefined if it was not stopped. */
  readonly status: number | undefined
}

const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const streams = () => [process.stdout, process.stderr]

/** The number of active listeners. */
let listening = 0

/** @param onFirst tells the user that the work is stopping */
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
    // Half-written temporary files are removed before the process ends.
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
 * Ends the process quietly where nobody reads its output any more (`tweedie … | head`), unless {@link
 * listenForInterrupt} is stopping some work.
 */
export function endWithoutReaders(): void {
  for (const stream of streams()) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!isGone(error)) throw error
      if (listening === 0) process.exit()
    })
  }
}

/** A pipe without a reader, or a closed terminal. */
function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'EIO'
}
