/**
 * One process to a place. A process that works there puts a file that identifies it; a file whose process has ended is ignored.
 */
import {
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import { onDiskSync } from '../../../system-error.ts'

/** The identity of a process. Process numbers are reused, so the start time is included if the system knows it. */
const schema = z.object({
  pid: z.int().check(z.positive()),
  host: z.string(),
  started: z.nullable(z.string()),
  token: z.optional(z.string()),
})

/** The process that holds a place. */
export interface Holder {
  readonly pid: number
  readonly host: string
  readonly started: string | null
  /** Which of the locks that a process takes; those of before have none. */
  readonly token?: string | undefined
}

/** The right to work in a place, until it is disposed or the process ends. */
export interface ProcessLock extends Disposable {
  /** Whether its file is still there: somebody may have removed it, and another process may have taken the place since. */
  isHeld(): boolean
  release(): void
}

/**
 * Takes a place for this process, by a file at `path`; undefined where another process has it.
 *
 * @throws TweedieError `usage` or `system` where the file cannot be written
 */
export function takeLock(path: string): ProcessLock | undefined {
  return onDiskSync({ path }, () => take(path))
}

function take(path: string): ProcessLock | undefined {
  const token = randomBytes(6).toString('hex')
  const holder: Holder = { pid: process.pid, host: hostname(), started: startOf('self'), token }
  const content = JSON.stringify(holder)
  const own = `${path}.${randomBytes(6).toString('hex')}`
  try {
    // on a full disk the file is there, and empty
    writeFileSync(own, content, { flag: 'wx' })
    while (!appears(own, path)) {
      if (liveHolder(path) !== undefined) return undefined
      removeStale(path)
    }
  } finally {
    rmSync(own, { force: true })
  }
  sweep(path)
  const isHeld = (): boolean => holderOf(path)?.token === token
  const release = (): void => {
    process.off('exit', release)
    try {
      if (isHeld()) rmSync(path, { force: true })
    } catch {
      // A disk that has become read-only keeps the file: it counts no more once this process is gone.
    }
  }
  process.on('exit', release)
  return { isHeld, release, [Symbol.dispose]: release }
}

/** The process that holds a place, if it is still there. */
export function liveHolder(path: string): Holder | undefined {
  const holder = holderOf(path)
  return holder !== undefined && isAlive(holder) ? holder : undefined
}

/** Removes files that processes left beside when they were killed while they took the place. */
function sweep(path: string): void {
  const [folder, start] = [dirname(path), `${basename(path)}.`]
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(start) || !/^[0-9a-f]{12}$/.test(name.slice(start.length))) continue
    const left = join(folder, name)
    const holder = holderOf(left)
    const age = Date.now() - (lstatSync(left, { throwIfNoEntry: false })?.mtimeMs ?? Infinity)
    if (holder === undefined ? age > 60_000 : !isAlive(holder)) rmSync(left, { force: true })
  }
}

/** Gives a file a second name atomically; false if the name exists. */
function appears(file: string, path: string): boolean {
  for (const give of [linkSync, copyWithoutLinks]) {
    try {
      give(file, path)
      return true
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      if (give === copyWithoutLinks) throw error
    }
  }
  return false
}

/** For file systems that have no links. */
function copyWithoutLinks(file: string, path: string): void {
  copyFileSync(file, path, constants.COPYFILE_EXCL)
}

/**
 * Removes a file whose process is gone. Another process may do so at the same time: if it put a new file there, that
 * file is put back.
 */
function removeStale(path: string): void {
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  const holder = holderOf(aside)
  if (holder !== undefined && isAlive(holder)) appears(aside, path)
  rmSync(aside, { force: true })
}

/** The process named in a file; undefined if none is. */
function holderOf(path: string): Holder | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

function isAlive({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) return true // unknown on this system
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
  }
  // killed, and its parent has not asked how it ended: in a container without an init that may be never
  if (/^[ZX]/.test(statOf(String(pid))?.[0] ?? '')) return false
  const now = startOf(String(pid))
  return started === null || now === null || started === now
}

/** When a process started: the boot and the ticks since then. Only Linux tells it. */
function startOf(pid: string): string | null {
  const ticks = statOf(pid)?.[19]
  try {
    return ticks === undefined ? null : `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`
  } catch {
    return null
  }
}

/** What Linux says of a process, behind the command's name, which is in brackets and may hold blanks: its state first. */
function statOf(pid: string): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
  } catch {
    return undefined
  }
}
