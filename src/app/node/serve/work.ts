/** Pieces of work of a server. */
import type { Progress } from '../../../families/family.ts'
import type { WarmModel } from '../../warm-model.ts'

/** How one piece of work is watched. */
export interface WorkWatch {
  /** Aborted when the client is gone, or the deadline is over. */
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** Work that may be done together with other work of the same key. */
export interface SharedWork<T> extends WorkWatch {
  readonly model: string
  /** Work of equal keys fits together; the keys of different kinds of work differ. */
  readonly key: string
  readonly items: number
  /** What is done: all that fit are given to the first of them. */
  together(model: WarmModel, works: readonly SharedWork<T>[], signal: AbortSignal): Promise<readonly T[]>
}
