/** How much memory this process may use. */
import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'

/**
 * Bytes: the memory of the machine, or the limit of the control group that the process runs in (a container, a job of a cluster), whichever
 * is less.
 */
export function allowedMemory(): number {
  const limits = [totalmem(), process.constrainedMemory(), ...groupLimits()]
  return Math.min(...limits.filter((bytes) => Number.isFinite(bytes) && bytes > 0))
}

/** The limits of the control group and those above it, by version 2 and 1 of their interface. */
function groupLimits(): number[] {
  const lines = textOf('/proc/self/cgroup')?.split('\n') ?? []
  return lines.flatMap((line) => {
    const [, controllers = '', path = '/'] = line.split(':')
    if (controllers === '') return upwards(path).map((at) => limitOf(`/sys/fs/cgroup${at}/memory.max`))
    if (!controllers.split(',').includes('memory')) return []
    return upwards(path).map((at) => limitOf(`/sys/fs/cgroup/memory${at}/memory.limit_in_bytes`))
  })
}

/** `/a/b` → `/a/b`, `/a`, the root. */
function upwards(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '')
  return Array.from({ length: parts.length + 1 }, (_, i) =>
    parts
      .slice(0, parts.length - i)
      .map((part) => `/${part}`)
      .join(''),
  )
}

/** Not a number where there is no limit. */
const limitOf = (path: string): number => Number(textOf(path)?.trim() || NaN)

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
