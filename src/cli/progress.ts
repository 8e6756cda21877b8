/** Progress of something long: a bar in a terminal, a plain line every ten seconds elsewhere, nothing when quiet. */
import type { Verbosity } from './output.ts'
import { duration } from './output.ts'

/** A display of progress on the standard error. */
export interface Progress extends Disposable {
  /** @param total undefined while it is not known */
  update(done: number, total: number | undefined, note?: string): void
  /** Prints a line without disturbing the bar. */
  say(line: string): void
  stop(): void
}

const interval = 10_000

/** Starts a display. */
export async function startProgress(title: string, { quiet }: Verbosity = {}): Promise<Progress> {
  if (quiet) return disposable({ update() {}, say() {}, stop() {} })
  return process.stderr.isTTY ? bar(title) : plain(title)
}

async function bar(title: string): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress')
  const show = new cliProgress.SingleBar({
    format: `${title} {bar} {percentage}% · {done} · {note}{left}`,
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
  /** Where the display came in: a resumed run does not begin at 0. */
  let first: { done: number; at: number } | undefined
  const stop = (): void => {
    if (running) show.stop()
    running = false
  }
  return disposable({
    update(done, total, note = '') {
      first ??= { done, at: performance.now() }
      const pace = (performance.now() - first.at) / 1000 / (done - first.done)
      const payload = {
        note,
        done: total === undefined ? `${done}` : `${done}/${total}`,
        left: total === undefined || done === first.done ? '' : ` · ${duration(pace * (total - done))} left`,
      }
      if (!running) show.start(total ?? 1, total === undefined ? 0 : done, payload)
      running = true
      show.setTotal(total ?? 1)
      show.update(total === undefined ? 0 : done, payload)
    },
    say(line) {
      stop()
      process.stderr.write(`${line}\n`)
    },
    stop,
  })
}

function plain(title: string): Progress {
  let last = performance.now()
  return disposable({
    update(done, total, note = '') {
      if (performance.now() - last < interval) return
      last = performance.now()
      const share = total === undefined ? '' : ` (${Math.floor((100 * done) / total)} %)`
      process.stderr.write(`${title} ${done}${total === undefined ? '' : `/${total}`}${share}${note && ` · ${note}`}\n`)
    },
    say: (line) => void process.stderr.write(`${line}\n`),
    stop() {},
  })
}

function disposable(progress: Omit<Progress, typeof Symbol.dispose>): Progress {
  return { ...progress, [Symbol.dispose]: progress.stop }
}
