/** Which of the pieces of work that wait are done at once. */
import type { WarmModel } from '../../warm-model.ts'
import type { SharedWork, WorkWatch } from './work.ts'

/** A piece of work in the queue. */
export interface Job extends WorkWatch {
  /** Work of equal keys fits together; undefined: it is done alone. */
  readonly key: string | undefined
  readonly model: string
  readonly shared?: SharedWork<unknown>
  perform(model: WarmModel, signal: AbortSignal): Promise<unknown>
  resolve(value: unknown): void
  reject(error: unknown): void
  settled: boolean
  /** What hears that the client is gone, until the work is settled. */
  readonly leave: () => void
}

/** Items that are never parted: smaller batches lose more by what a step costs whatever its batch than they gain. */
const worth = 32

/**
 * The most items of the next batch. Those whose answers are being written are likely to ask again, and the network should not wait for them: so half of
 * all that are on their way are taken at once, and the other half is asked for, answered and read meanwhile.
 *
 * @param waiting items that wait
 * @param answered items of the last batch
 * @param most the most that go through at once
 */
export function atOnce(waiting: number, answered: number, most: number): number {
  return Math.min(most, Math.max(worth, Math.ceil((waiting + answered) / 2)))
}

/** Items of pieces of work; one that is done alone counts as one. */
export const itemsOf = (jobs: readonly Job[]): number => jobs.reduce((sum, { shared }) => sum + (shared?.items ?? 1), 0)

/** Takes the first piece of work, and all that fit with it up to so many items. */
export function takeFitting(waiting: Job[], most: number): Job[] {
  const first = waiting.shift()
  if (first?.shared === undefined) return first ? [first] : []
  const jobs = [first]
  let items = first.shared.items
  for (let i = 0; i < waiting.length;) {
    const job = waiting[i]!
    if (job.key === first.key && items + job.shared!.items <= most) {
      items += job.shared!.items
      jobs.push(job)
      waiting.splice(i, 1)
    } else i++
  }
  return jobs
}
