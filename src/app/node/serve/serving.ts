/** What the routes that compute need of their server. */
import type { BodyRoom } from './body-room.ts'
import type { HeldModels } from './held-models.ts'
import type { Limits } from './limits.ts'
import { ServeError } from './problem.ts'
import type { WorkQueue } from './work-queue.ts'

/** Models, the queue that computes with them, and what is taken of it. */
export interface Serving {
  readonly queue: WorkQueue
  readonly models: HeldModels
  readonly limits: Limits
  readonly room: BodyRoom
  readonly isEnding: () => boolean
  /** Called with the number of items that were asked for, or made. */
  readonly onItems: (model: string, items: number) => void
}

/** @throws ServeError 503 for a server that ends */
export function requireGoingOn({ isEnding }: Pick<Serving, 'isEnding'>): void {
  if (isEnding()) throw new ServeError(503, 'ending', 'the server ends: nothing new is begun')
}
