/** Ctrl-C and SIGTERM: the first asks to stop cleanly, the second stops at once. */
import { constants } from 'node:os'

/** Listens until it is disposed. */
export interface Interrupt extends Disposable {
  readonly signal: AbortSignal
  /** The exit status that a process stopped by this signal has: 130 or 143; undefined if there was none. */
  readonly status: number | undefined
}

/** @param onFirst says that the work is being wound up */
export function listenForInterrupt(onFirst: () => void = () => {}): Interrupt {
  const controller = new AbortController()
  let status: number | undefined
  const onSignal = (name: NodeJS.Signals): void => {
    const code = 128 + constants.signals[name]
    if (status !== undefined) process.exit(code)
    status = code
    onFirst()
    controller.abort()
  }
  for (const name of names) process.on(name, onSignal)
  return {
    signal: controller.signal,
    get status() {
      return status
    },
    [Symbol.dispose]() {
      for (const name of names) process.off(name, onSignal)
    },
  }
}

const names = ['SIGINT', 'SIGTERM'] as const
