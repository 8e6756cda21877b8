/** Where a run is kept while it is trained. */
import type { LogLine } from '../loss-window.ts'

/** Keeps one run. */
export interface RunKeeper {
  /** Whether it is kept beyond this tab. */
  readonly kept: boolean
  /** Keeps the state of the run, and its model's folder: after a crash there are the old ones or the new ones. */
  save(checkpoint: Uint8Array<ArrayBuffer>, model: ReadonlyMap<string, Uint8Array>): Promise<void>
  /** Keeps a line of the log with the next save. */
  log(line: LogLine): void
  /** Gives the run free for other tabs. */
  close(): Promise<void>
}

/** Keeps nothing. */
export const keepNothing: RunKeeper = Object.freeze({
  kept: false,
  save: async () => undefined,
  log: () => undefined,
  close: async () => undefined,
})
