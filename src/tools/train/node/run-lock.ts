/**
 * One process to a run folder. A process that trains in a folder puts a file `.lock` there that identifies it; a file
 * whose process has ended is ignored.
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
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import * as z from 'zod/mini'
import { TweedieError } from '../../../errors.ts'
import { onDiskSync } from '../../../system-error.ts'

/** The identity of a process. Process numbers are reused, so the start time is included if the system knows it. */
const schema = z.object({
  pid: z.int().check(z.positive()),
  host: z.string(),
  started: z.nullable(z.string()),
})
type Holder = z.output<typeof schema>

/** The right to train in a folder, until it is disposed or the process ends. */
export interface RunLock extends Disposable {
  release(): void
}

const lockPath = (folder: string): string => join(folder, '.lock')

/**
 * Takes a folder for this process.
 *
 * @throws TweedieError `exists` where another process has it; `usage` or `system` where nothing can be written
 */
export function lockRun(folder: string): RunLock {
  return onDiskSync({ path: folder }, () => lock(folder))
}

function lock(folder: string): RunLock {
  const path = lockPath(folder)
  const content = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf('self') } satisfies Holder)
  const own = `${path}.${randomBytes(6).toString('hex')}`
  writeFileSync(own, content, { flag: 'wx' })
  try {
    while (!appears(own, path)) {
      requireUnused(folder)
      removeStale(path)
    }
  } finally {
    rmSync(own, { force: true })
  }
  sweep(folder)
  const release = (): void => {
    process.off('exit', release)
    try {
      rmSync(path, { force: true })
    } catch {
      // A disk that has become read-only keeps the file: it counts no more once this process is gone.
    }
  }
  process.on('exit', release)
  return { release, [Symbol.dispose]: release }
}

/**
 * Refuses a folder that a process trains in.
 *
 * @throws TweedieError `exists`
 */
export function requireUnused(folder: string): void {
  const holder = holderOf(lockPath(folder))
  if (holder === undefined || !isAlive(holder)) return
  const elsewhere = holder.host === hostname() ? '' : ` on ${holder.host}`
  throw new TweedieError('exists', `${folder}: in use by process ${holder.pid}${elsewhere}`, {
    hint: `wait for it, stop it, or name another folder; if there is no such process, remove ${lockPath(folder)}`,
  })
}

/** Whether a process trains in a folder. */
export function inUse(folder: string): boolean {
  const holder = holderOf(lockPath(folder))
  return holder !== undefined && isAlive(holder)
}

/** Removes files that processes left when they were killed while they took the folder. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/^\.lock\.[0-9a-f]{12}$/.test(name)) continue
    const path = join(folder, name)
    const holder = holderOf(path)
    const age = Date.now() - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity)
    if (holder === undefined ? age > 60_000 : !isAlive(holder)) rmSync(path, { force: true })
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
  const now = startOf(String(pid))
  return started === null || now === null || started === now
}

/** When a process started: the boot and the ticks since then. Only Linux tells it. */
function startOf(pid: string): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    // The command's name, in brackets, may hold blanks; what follows it does not.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return `${boot} ${fields[19]}`
  } catch {
    return null
  }
}
