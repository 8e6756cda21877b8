/** A gate between the steps of a run: there it waits, is saved, copied and looked at, and lets messages arrive. */

/** The gate. */
export interface Gate {
  readonly paused: boolean
  /** Milliseconds that were spent waiting: they are not time of training. */
  readonly waited: number
  /** Passes it after a step: waits while the run is paused. */
  pass(): Promise<void>
  pause(): void
  go(): void
  /** Lets so many steps pass. */
  allow(steps: number): void
  /** Resolves when the run waits, or is over. */
  idle(): Promise<void>
  /** Does something between two steps: at once, if the run waits there or is over. */
  between<T>(work: () => T | Promise<T>): Promise<T>
  /** The run is over. */
  close(): void
}

/** Longer pauses between two steps were not the run's: the tab slept, or the worker did something else. */
const sleeping = 2000

/**
 * @param onPause called when the run begins to wait, and when it goes on
 * @param onSleep called with the seconds of such a pause
 */
export function gate({
  paused = false,
  onPause,
  onSleep,
}: {
  readonly paused?: boolean | undefined
  readonly onPause: (paused: boolean) => void
  readonly onSleep: (seconds: number) => void
}): Gate {
  let shut = paused
  let allowed = 0
  let waited = 0
  let closed = false
  let inside = false
  let wake: (() => void) | undefined
  let idle: (() => void)[] = []
  const waiting: (() => Promise<void>)[] = []
  const task = tasks()
  const isShut = (): boolean => shut && allowed === 0 && !closed
  const rest = (): void => {
    for (const each of idle) each()
    idle = []
  }
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next()
  }
  return {
    get paused() {
      return shut
    },
    get waited() {
      return waited
    },
    async pass() {
      const begun = performance.now()
      inside = true
      await task.next()
      const slept = performance.now() - begun
      if (slept > sleeping) onSleep(slept / 1000)
      await work()
      if (shut && allowed > 0) allowed--
      else if (shut) {
        onPause(true)
        while (isShut()) {
          rest()
          await new Promise<void>((resolve) => (wake = resolve))
          await work()
        }
        if (allowed > 0) allowed--
        onPause(false)
      }
      inside = false
      waited += performance.now() - begun
    },
    pause() {
      shut = true
      allowed = 0
    },
    go() {
      shut = false
      wake?.()
    },
    allow(steps) {
      shut = true
      allowed = steps
      wake?.()
    },
    idle: () =>
      new Promise((resolve) => {
        if (closed) return void resolve()
        idle.push(resolve)
        if (inside) wake?.()
      }),
    between: (job) =>
      new Promise((resolve, reject) => {
        const run = async (): Promise<void> => Promise.resolve().then(job).then(resolve, reject)
        if (closed) return void run()
        waiting.push(run)
        if (inside) wake?.()
      }),
    close() {
      closed = true
      wake?.()
      rest()
      void work()
      task.close()
    },
  }
}

/** Tasks of their own, behind the messages that wait; sooner than a timer, which browsers stretch to 4 ms. */
function tasks() {
  const { port1, port2 } = new MessageChannel()
  let wake = (): void => undefined
  port1.addEventListener('message', () => wake())
  port1.start()
  return {
    next: () =>
      new Promise<void>((resolve) => {
        wake = resolve
        port2.postMessage(null)
      }),
    close: () => port1.close(),
  }
}
