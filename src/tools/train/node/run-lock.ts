/**
 * One process to a run folder. Who trains in a folder leaves a file `.lock` in it that says which process it is; a file whose process
 * is gone means nothing.
 */
import { readFileSync, rmSync } from 'node:fs'
import { copyFile, constants, link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { randomBytes } from 'node:crypto'
import * as z from 'zod'
import { TweedieError } from '../../../errors.ts'

/** Which process it is. A number comes again after a while, so its start counts, too, where the system tells it. */
const schema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  started: z.string().nullable(),
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
 * @throws TweedieError `exists` where another process has it
 */
export async function lockRun(folder: string): Promise<RunLock> {
  const path = lockPath(folder)
  const content = JSON.stringify({ pid: process.pid, host: hostname(), started: startOf('self') } satisfies Holder)
  const own = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(own, content, { flag: 'wx' })
  try {
    while (!(await appears(own, path))) {
      await requireUnused(folder)
      await removeStale(path)
    }
  } finally {
    await rm(own, { force: true })
  }
  const release = (): void => {
    process.off('exit', release)
    rmSync(path, { force: true })
  }
  process.on('exit', release)
  return { release, [Symbol.dispose]: release }
}

/**
 * Refuses a folder that a process trains in.
 *
 * @throws TweedieError `exists`
 */
export async function requireUnused(folder: string): Promise<void> {
  const holder = parse(await readFile(lockPath(folder), 'utf8').catch(() => ''))
  if (holder === undefined || !isAlive(holder)) return
  const elsewhere = holder.host === hostname() ? '' : ` on ${holder.host}`
  throw new TweedieError('exists', `${folder}: in use by process ${holder.pid}${elsewhere}`, {
    hint: `wait for it, stop it, or name another folder; if there is no such process, remove ${lockPath(folder)}`,
  })
}

/** Gives a file a second name, in one go; false where the name is taken. */
async function appears(file: string, path: string): Promise<boolean> {
  try {
    await link(file, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') throw error
      return copyFile(file, path, constants.COPYFILE_EXCL) // a file system without links
    })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Removes a file whose process is gone. Another process may do so at the same time: what it put there instead goes back. */
async function removeStale(path: string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await rename(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const holder = parse(await readFile(aside, 'utf8'))
  if (holder !== undefined && isAlive(holder)) await appears(aside, path)
  await rm(aside, { force: true })
}

function parse(text: string): Holder | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function isAlive({ pid, host, started }: Holder): boolean {
  if (host !== hostname()) return true // nobody here can tell
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
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
