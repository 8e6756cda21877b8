/** One process to a run folder: a process that trains in a folder holds its `.lock`. */
import { hostname } from 'node:os'
import { join } from 'node:path'
import { TweedieError } from '../../../errors.ts'
import { liveHolder, type ProcessLock, takeLock } from '../../../files/data/node/process-lock.ts'

/** The right to train in a folder, until it is disposed or the process ends. */
export type RunLock = ProcessLock

const lockPath = (folder: string): string => join(folder, '.lock')

/**
 * Takes a folder for this process.
 *
 * @throws TweedieError `exists` where another process has it; `usage` or `system` where nothing can be written
 */
export function lockRun(folder: string): RunLock {
  for (;;) {
    const lock = takeLock(lockPath(folder))
    if (lock) return lock
    requireUnused(folder)
  }
}

/**
 * Refuses a folder that a process trains in.
 *
 * @throws TweedieError `exists`
 */
export function requireUnused(folder: string): void {
  const holder = liveHolder(lockPath(folder))
  if (holder === undefined) return
  const elsewhere = holder.host === hostname() ? '' : ` on ${holder.host}`
  throw new TweedieError('exists', `${folder}: in use by process ${holder.pid}${elsewhere}`, {
    hint: `wait for it, stop it, or name another folder; if there is no such process, remove ${lockPath(folder)}`,
  })
}

/** Whether a process trains in a folder. */
export function inUse(folder: string): boolean {
  return liveHolder(lockPath(folder)) !== undefined
}
