/** What a thread that trains is told, and what it says at the end. */
import type { ErrorCode } from '../../../errors.ts'
import type { SharedRoom } from '../../../tools/train/shared-collective.ts'
import type { TrainRequest } from '../prepared-run.ts'

/** A run in which it is one of several. */
export interface RankTask {
  readonly request: TrainRequest
  /** The file that its user's own parts are read from again. */
  readonly config: string | undefined
  readonly room: SharedRoom
  readonly rank: number
}

/** How its part ended. */
export type RankEnd =
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined }
