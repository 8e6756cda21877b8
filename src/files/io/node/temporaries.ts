/**
 * Files and folders under temporary names, while something is being written to them. Should the process end before they have their
 * proper names, they are removed at the exit.
 */
import { closeSync, openSync, rmSync } from 'node:fs'

const underWay = new Set<string>()

function removeAll(): void {
  for (const path of underWay) {
    // Writes that have begun on other threads may put something into a folder while it is emptied.
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 10 })
  }
}

/**
 * Creates an empty file of a temporary name synchronously: a file that a thread creates later could not be removed at
 * the exit.
 *
 * @throws the system's error if it cannot be created
 */
export function createTemporary(path: string): void {
  closeSync(openSync(path, 'wx'))
}

/** Does work on a file or folder of a temporary name, which is removed if the process ends before the work does. */
export async function asTemporary<T>(path: string, work: () => Promise<T>): Promise<T> {
  if (underWay.size === 0) process.on('exit', removeAll)
  underWay.add(path)
  try {
    return await work()
  } finally {
    underWay.delete(path)
    if (underWay.size === 0) process.off('exit', removeAll)
  }
}
