/** Long work: Ctrl-C stops it, its progress is shown, and its seconds are counted. */
import { isTweedieError, TweedieError } from '../errors.ts'
import { listenForInterrupt } from './interrupt.ts'
import type { Verbosity } from './output.ts'
import type { Setting } from '../families/family.ts'
import { phases, type Progress, startProgress } from './progress.ts'

/** The signal and the progress callback that work gets. */
export interface Watch {
  readonly signal: AbortSignal
  readonly progress: Progress
}

/**
 * Runs work that Ctrl-C stops.
 *
 * @param what for the message: `the evaluation`
 * @throws TweedieError `interrupted`
 */
export async function interruptible<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  using interrupt = listenForInterrupt()
  try {
    return await work(interrupt.signal)
  } catch (error) {
    if (interrupt.status === undefined) throw error
    const hint = isTweedieError(error) ? error.hint : undefined
    throw new TweedieError('interrupted', `${what} was stopped`, { cause: error, hint })
  }
}

/**
 * Runs work with a display of progress; Ctrl-C stops it.
 *
 * @param name what it is called in the display: `restore`
 * @param what for the message: `the restoration`
 * @throws TweedieError `interrupted`
 */
export async function watched<T>(
  name: string,
  what: string,
  verbosity: Verbosity,
  work: (watch: Watch) => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number }> {
  return interruptible(what, async (signal) => {
    using progress = await startProgress(name, verbosity)
    const begin = performance.now()
    const result = await work({ signal, progress })
    return { result, seconds: (performance.now() - begin) / 1000 }
  })
}

/**
 * Runs a request of the application: Ctrl-C stops it, its phases are displayed and its remarks are said.
 *
 * @param what for the message: `the evaluation`
 * @throws TweedieError `interrupted`
 */
export async function attended<T>(
  what: string,
  verbosity: Verbosity,
  work: (watch: Pick<Setting, 'signal' | 'onProgress' | 'onRemark'>) => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number }> {
  return interruptible(what, async (signal) => {
    using display = phases(verbosity)
    const begin = performance.now()
    const result = await work({ signal, onProgress: display.onProgress, onRemark: display.onRemark })
    return { result, seconds: Number(((performance.now() - begin) / 1000).toFixed(3)) }
  })
}
