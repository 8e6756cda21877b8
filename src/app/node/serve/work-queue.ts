/**
 * The work of a server: one thing at a time, in the order in which it was asked for; draws that fit together go through in one batch. The queue
 * has a bound; what nobody waits for any more is not begun, and stopped if it has been.
 */
import type { Progress } from '../../../families/family.ts'
import type { WarmModel } from '../../warm-model.ts'
import { ServeError } from './problem.ts'
import type { SharedWork, WorkWatch } from './work.ts'
import { atOnce, itemsOf, type Job, takeFitting } from './work-batch.ts'

/** Limits of the queue. */
export interface QueueOptions {
  /** The most pieces of work that wait. */
  readonly most: number
  /** The most items in one batch. */
  readonly batch: number
  /**
   * How often the first of several requests looks for others that fit, in milliseconds; after a batch of one, none waits. It waits until there are as many as in
   * the last batch, until none has come for a twentieth of the time of a batch, or for a fifth of it.
   */
  readonly gatherMs: number
  open(model: string): Promise<WarmModel>
}

/** Facts about the queue, for metrics. */
export interface QueueFacts {
  readonly waiting: number
  readonly running: number
  /** Batches so far, and the items in them. */
  readonly batches: number
  readonly batchedItems: number
}

/** A queue. */
export interface WorkQueue {
  /** Does something that may be done with others at once. @throws ServeError 429 where too much waits */
  share<T>(work: SharedWork<T>): Promise<T>
  /** Does something else with a model. */
  run<T>(model: string, watch: WorkWatch, work: (model: WarmModel, signal: AbortSignal) => Promise<T>): Promise<T>
  facts(): QueueFacts
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>
}

/** Makes a queue. */
export function workQueue({ most, batch, gatherMs, open }: QueueOptions): WorkQueue {
  const waiting: Job[] = []
  const resting = new Set<() => void>()
  let running = 0
  let [batches, batchedItems] = [0, 0]
  let going = false
  let lastBatch = 1
  let lastItems = 0
  /** Seconds that a piece of work took, of late. */
  let pace = 1

  const submit = <T>(job: Omit<Job, 'resolve' | 'reject' | 'settled' | 'leave'>): Promise<T> => {
    if (job.signal.aborted) return Promise.reject(gone(job.signal))
    if (waiting.length >= most) {
      const seconds = Math.max(1, Math.ceil(pace * (waiting.length / Math.max(1, batch / 2))))
      return Promise.reject(
        new ServeError(429, 'busy', `${waiting.length} requests wait already`, {
          hint: `try again in ${seconds} s`,
          headers: { 'retry-after': String(seconds) },
        }),
      )
    }
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        const place = waiting.indexOf(whole)
        if (place >= 0) waiting.splice(place, 1)
        settle(whole, () => reject(gone(job.signal)))
      }
      const whole: Job = { ...job, resolve: resolve as (value: unknown) => void, reject, settled: false, leave }
      job.signal.addEventListener('abort', leave, { once: true })
      waiting.push(whole)
      if (!going) void go()
    })
  }

  const go = async (): Promise<void> => {
    going = true
    while (waiting.length > 0) {
      const others = lastBatch > 1 && waiting[0]!.key !== undefined
      // Small networks never wait: what has arrived in the meantime is read first.
      await (gatherMs > 0 && others ? gather() : pause(0))
      const jobs = takeFitting(waiting, atOnce(itemsOf(waiting), lastItems, batch))
      if (jobs.length === 0) continue
      running = jobs.length
      lastBatch = jobs.length
      lastItems = itemsOf(jobs)
      const began = performance.now()
      await perform(jobs)
      pace = 0.7 * pace + (0.3 * (performance.now() - began)) / 1000
      running = 0
    }
    going = false
    for (const done of resting) done()
    resting.clear()
  }

  const gather = async (): Promise<void> => {
    let now = performance.now()
    const until = now + Math.min(100, 200 * pace)
    let [before, since] = [0, now]
    while (waiting.length < lastBatch && now < until) {
      if (waiting.length > before) [before, since] = [waiting.length, now]
      else if (now > since + 50 * pace) return
      await pause(gatherMs)
      now = performance.now()
    }
  }

  const perform = async (jobs: readonly Job[]): Promise<void> => {
    const stop = new AbortController()
    const check = (): void => {
      if (jobs.every(({ settled }) => settled)) stop.abort()
    }
    for (const { signal } of jobs) signal.addEventListener('abort', check, { once: true })
    const end = (each: (job: Job, i: number) => void): void => jobs.forEach((job, i) => settle(job, () => each(job, i)))
    try {
      const model = await open(jobs[0]!.model)
      if (jobs[0]!.shared === undefined) {
        const result = await jobs[0]!.perform(model, stop.signal)
        end((job) => job.resolve(result))
        return
      }
      batches++
      batchedItems += itemsOf(jobs)
      const watched = jobs.map((job) => ({ ...job.shared!, onProgress: watching(job) }))
      const made = await jobs[0]!.shared.together(model, watched, stop.signal)
      end((job, i) => job.resolve(made[i]))
    } catch (error) {
      // One request that makes no sense does not spoil the others of its batch.
      if (jobs.length > 1 && !stop.signal.aborted) for (const job of jobs) await (job.settled || perform([job]))
      else end((job) => job.reject(error))
    } finally {
      for (const { signal } of jobs) signal.removeEventListener('abort', check)
    }
  }

  const share = <T>(work: SharedWork<T>): Promise<T> =>
    submit<T>({ ...work, shared: work as SharedWork<unknown>, perform: () => Promise.reject(new Error('is shared')) })

  return {
    share,
    run: <T>(model: string, watch: WorkWatch, work: (model: WarmModel, signal: AbortSignal) => Promise<T>) =>
      submit<T>({ ...watch, key: undefined, model, perform: work }),
    facts: () => ({ waiting: waiting.length, running, batches, batchedItems }),
    idle: () => (going ? new Promise((done) => resting.add(() => done())) : Promise.resolve()),
  }
}

/** The progress of a piece of work, as long as somebody waits for it. */
const watching =
  (job: Job) =>
  (progress: Progress): void => {
    if (!job.settled) job.onProgress?.(progress)
  }

/** Lets other work go on, at least for so long. */
const pause = (ms: number): Promise<void> => new Promise((done) => (ms > 0 ? setTimeout(done, ms) : setImmediate(done)))

/** Node keeps a signal that follows others alive as long as somebody listens to it, with all that the listener knows: so nobody does any longer. */
function settle(job: Job, end: () => void): void {
  if (job.settled) return
  job.settled = true
  job.signal.removeEventListener('abort', job.leave)
  end()
}

function gone(signal: AbortSignal): ServeError {
  return signal.reason instanceof ServeError
    ? signal.reason
    : new ServeError(499, 'gone', 'the client is gone: nothing is drawn for it')
}
