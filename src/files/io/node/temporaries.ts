/**
 * Files and folders under temporary names, while something is being written to them. Should the process end before they have their
 * proper names, they are removed on the way out.
 */
import { rmSync } from 'node:fs'

const underWay = new Set<string>()

function removeAll(): void {
  for (const path of underWay) rmSync(path, { recursive: true, force: true })
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
