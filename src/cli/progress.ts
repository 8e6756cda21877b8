/** Progress of something long: a bar in a terminal, a plain line every ten seconds elsewhere, nothing when quiet. */
import type { Progress as Phase } from '../families/family.ts'
import { duration, note as say, safe, thousands, type Verbosity } from './output.ts'

/** A display of progress on the standard error. */
export interface Progress extends Disposable {
  /**
   * @param total undefined while it is not known @param note further text, such as a loss
   * @param unit what is counted, in the plural: `images`, `steps`; `''` where the numbers alone mean nothing
   */
  update(done: number, total: number | undefined, note?: string, unit?: string): void
  /** Prints a line without disturbing the bar. */
  say(line: string): void
  stop(): void
}

/** The state of some work, for {@link progressText}. */
export interface Count {
  readonly done: number
  readonly total: number | undefined
  readonly unit: string
  readonly note: string
}

/** The count when the display started: a resumed run does not begin at 0. */
export interface Beginning {
  readonly done: number
  /** Seconds since then. */
  readonly seconds: number
}

const interval = 10_000

/** Starts a display. */
export async function startProgress(title: string, { quiet }: Verbosity = {}): Promise<Progress> {
  if (quiet) return disposable({ update() {}, say() {}, stop() {} })
  return process.stderr.isTTY ? bar(title) : plain(title)
}

/** A display of several phases in turn: each has its own bar. */
export function phases(verbosity: Verbosity = {}): Disposable & {
  readonly onProgress: (progress: Phase) => void
  readonly onRemark: (text: string) => void
} {
  let [now, display]: [string | undefined, Promise<Progress> | undefined] = [undefined, undefined]
  const stop = (): void => {
    void display?.then((shown) => shown.stop())
    display = undefined
  }
  return {
    onProgress({ phase, done, total, unit = '', step }) {
      if (phase !== now) {
        stop()
        now = phase
        display = startProgress(phase, verbosity)
      }
      const note = step ? `step ${step.index + 1}/${step.total}` : ''
      const shown = display
      void shown?.then((started) => display === shown && started.update(done, total, note, unit))
    },
    onRemark(text) {
      if (display === undefined) say(text, verbosity)
      else if (!verbosity.quiet) void display.then((shown) => shown.say(text))
    },
    [Symbol.dispose]: stop,
  }
}

/** Counts, rate and time left, as far as they are known: `12/64 images · 3.0 images/s · 17 s left · loss 0.1`. */
export function progressText({ done, total, unit, note }: Count, since: Beginning): string {
  const named = unit === '' ? '' : ` ${unit}`
  const rate = since.seconds > 0 ? (done - since.done) / since.seconds : 0
  const left = total !== undefined && rate > 0 ? `${duration((total - done) / rate)} left` : ''
  const counts = `${thousands(Math.floor(done))}${total === undefined ? '' : `/${thousands(total)}`}${named}`
  const parts = [unit === '' && total !== undefined ? '' : counts, unit === '' || rate <= 0 ? '' : rateText(rate, unit)]
  return [...parts, left, safe(note)].filter((part) => part !== '').join(' · ')
}

/** `3.2 images/s`, or where it takes longer than a second `4.5 s each`. */
function rateText(rate: number, unit: string): string {
  if (rate < 1) return `${duration(1 / rate)} each`
  return `${rate < 10 ? rate.toFixed(1) : thousands(Math.round(rate))} ${unit}/s`
}

async function bar(title: string): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress')
  const show = new cliProgress.SingleBar({
    format: `${safe(title)} {bar} {percentage}%{details}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    fps: 10,
    stream: process.stderr,
  })
  let running = false
  const text = counted()
  const stop = (): void => {
    if (running) show.stop()
    running = false
  }
  return disposable({
    update(done, total, note = '', unit = 'steps') {
      const details = text({ done, total, unit, note })
      const payload = { details: details === '' ? '' : ` · ${details}` }
      if (!running) show.start(total ?? 1, total === undefined ? 0 : done, payload)
      running = true
      show.setTotal(total ?? 1)
      show.update(total === undefined ? 0 : done, payload)
    },
    say(line) {
      stop()
      say(line)
    },
    stop,
  })
}

function plain(title: string): Progress {
  let last = performance.now()
  const text = counted()
  return disposable({
    update(done, total, note = '', unit = 'steps') {
      const details = text({ done, total, unit, note })
      if (performance.now() - last < interval) return
      last = performance.now()
      const share = total === undefined ? '' : `: ${Math.floor((100 * done) / total)} %`
      say(`${title}${share}${details === '' ? '' : `${share === '' ? ': ' : ', '}${details}`}`)
    },
    say,
    stop() {},
  })
}

/** {@link progressText} since the first call. */
function counted(): (count: Count) => string {
  let first: { readonly done: number; readonly at: number } | undefined
  return (count) => {
    first ??= { done: count.done, at: performance.now() }
    return progressText(count, { done: first.done, seconds: (performance.now() - first.at) / 1000 })
  }
}

function disposable(progress: Omit<Progress, typeof Symbol.dispose>): Progress {
  return { ...progress, [Symbol.dispose]: progress.stop }
}
