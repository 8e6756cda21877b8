/** How much memory a process may still take: what the system has, and what a container allows. */
import { readFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { platform } from 'node:process'

/** Texts of the files that tell, as the system has them; undefined: there is no such file. */
export interface MemoryFiles {
  /** `/proc/meminfo` */
  readonly meminfo?: string | undefined
  /** `memory.max` and `memory.current` of the process's group (version 2), or `memory.limit_in_bytes` and `memory.usage_in_bytes` (1). */
  readonly limit?: string | undefined
  readonly used?: string | undefined
  /** `memory.stat` of the group: what of the used memory is files, which make room when it is needed. */
  readonly stat?: string | undefined
}

/**
 * Bytes that are free, or will be when they are needed: `MemAvailable`, or less where the process's group has a limit. Memory that only caches
 * files counts as free.
 *
 * @param otherwise what to answer where no file tells
 * @example
 * freeIn({ meminfo: 'MemAvailable:  4096 kB' }, 0) // 4194304
 */
export function freeIn({ meminfo, limit, used, stat }: MemoryFiles, otherwise: number): number {
  const available = /^MemAvailable:\s+(\d+) kB/m.exec(meminfo ?? '')
  const system = available ? Number(available[1]) * 1024 : otherwise
  const [most, now] = [limit, used].map((text) => (/^\s*\d+\s*$/.test(text ?? '') ? Number(text) : undefined))
  if (most === undefined || now === undefined) return system
  const files = /^(?:total_)?inactive_file (\d+)$/m.exec(stat ?? '')
  return Math.max(0, Math.min(system, most - now + (files ? Number(files[1]) : 0)))
}

/** Bytes of memory that this process may still take. `os.freemem` counts caches as used, and knows no container. */
export function freeMemory(): number {
  if (platform !== 'linux') return freemem()
  const group = '/sys/fs/cgroup'
  const [limit, used, stat] = text(`${group}/memory.max`)
    ? ['memory.max', 'memory.current', 'memory.stat']
    : ['memory/memory.limit_in_bytes', 'memory/memory.usage_in_bytes', 'memory/memory.stat']
  const files = { limit: text(`${group}/${limit}`), used: text(`${group}/${used}`), stat: text(`${group}/${stat}`) }
  return freeIn({ meminfo: text('/proc/meminfo'), ...files }, freemem())
}

function text(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
