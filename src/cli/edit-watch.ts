/** What commands that make pictures share: work that can be interrupted, and answers that are shown. */
import { isTweedieError, TweedieError } from '../errors.ts'
import { terminalColors } from '../io/terminal.ts'
import type { Model } from '../model/model.ts'
import { textPictureOf } from '../model/picture.ts'
import { listenForInterrupt, print, startProgress } from './common.ts'
import type { CommonOptions } from './common.ts'

/** What work is given to be watched by. */
export interface Watch {
  readonly signal: AbortSignal
  onStep(done: number, total: number): void
}

/**
 * Runs work with a bar of progress; Ctrl-C stops it.
 *
 * @param name what it is: `restore`
 * @param what for the message: `the restoration`
 * @throws TweedieError `interrupted`
 */
export async function watched<T>(
  name: string,
  what: string,
  options: CommonOptions,
  work: (watch: Watch) => Promise<T>,
): Promise<{ readonly result: T; readonly seconds: number }> {
  using interrupt = listenForInterrupt()
  using progress = await startProgress(name, options)
  const begin = performance.now()
  const onStep = (done: number, total: number): void => progress.update(Math.round(100 * done), 100 * total)
  try {
    const result = await work({ signal: interrupt.signal, onStep })
    progress.stop()
    return { result, seconds: (performance.now() - begin) / 1000 }
  } catch (error) {
    if (interrupt.status === undefined || isTweedieError(error, 'interrupted')) throw error
    throw new TweedieError('interrupted', `${what} was stopped`, { cause: error })
  }
}

/** Prints pictures as text, where somebody looks or nothing else comes of them. */
export function show(
  items: Float32Array,
  { scale }: Model,
  { out, columns }: { readonly out?: string; readonly columns?: number },
): void {
  if (out !== undefined && !process.stdout.isTTY) return
  const colors = terminalColors(process.env, process.stdout.isTTY ?? false)
  const layout = columns === undefined ? {} : { columns }
  print(textPictureOf(items, scale, { colors, width: process.stdout.columns ?? 80, ...layout }))
}
