/**
 * Large pages, on Linux: memory is handed out when it is first written to, 4 KiB at a time, or 2 MiB at a time on
 * request. A first training step that writes to 600 MB then stops for memory a few hundred times rather than 140,000
 * times,
 * and addresses are looked up less often ever after.
 */
import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { platform } from 'node:process'
import type { Koffi } from './koffi.ts'

const pageBytes = 2n ** 21n

/** MADV_HUGEPAGE. */
const advice = 14

/** The arena's book-keeping takes 32 KiB for every MiB, used or not. */
const mostBytes = 2 ** 29

/**
 * How many bytes may be reserved without harm where they are never used: an eighth of the memory, at most 512 MiB; none
 * if reserved memory counts as used, or there are no large pages.
 */
export function reservableBytes(): number {
  if (platform !== 'linux') return 0
  try {
    const strict = readFileSync('/proc/sys/vm/overcommit_memory', 'utf8').trim() === '2'
    const asked = /\[(always|madvise)\]/.test(readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8'))
    return strict || !asked ? 0 : Math.min(Math.floor(totalmem() / 8), mostBytes)
  } catch {
    return 0
  }
}

/** Requests large pages for some memory. The system may ignore it without notice. */
export function askForLargePages(koffi: Koffi, address: bigint, bytes: number): void {
  const start = ((address + pageBytes - 1n) / pageBytes) * pageBytes
  const end = ((address + BigInt(bytes)) / pageBytes) * pageBytes
  if (end <= start) return
  const madvise = koffi.load(null).func('madvise', 'int', ['void *', 'size_t', 'int'])
  madvise(start, Number(end - start), advice)
}
