/**
 * Opens data through a prepared copy on disk: the one that is there, or one that is made now. Data that fit in memory are left alone.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statfsSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { cacheFolder } from '../../../../engine/runtime/node/ort-cache.ts'
import { distrustOf } from '../../../../engine/runtime/node/own-files.ts'
import { TweedieError } from '../../../../errors.ts'
import { systemError } from '../../../../system-error.ts'
import { interrupted } from '../../../../interrupted.ts'
import type { ArrayDataset } from '../../dataset.ts'
import type { ItemStorage, OpenWith } from '../../item-storage.ts'
import { withFacts } from '../../stored-dataset.ts'
import { liveHolder, takeLock } from '../process-lock.ts'
import { allowedMemory } from './allowed-memory.ts'
import { fingerprintOf } from './fingerprint.ts'
import { itemWriter, type WrittenItems } from './item-writer.ts'
import { itemsPath, openPrepared, writePrepared } from './prepared-folder.ts'

/** Where items are kept. */
export interface CacheChoice {
  /** The folder of prepared copies; naming it asks for one whatever the size. Default: the user's cache. */
  readonly dataCache?: string | undefined
  /** Reads everything into memory, however large. */
  readonly inMemory?: boolean | undefined
}

/** Data that take more than this share of the memory that the process may use go to disk. */
const shareOfMemory = 0.25

/** The folder of prepared copies, unless another is named. */
export function preparedRoot(): string {
  return join(cacheFolder() ?? join(tmpdir(), 'tweedie'), 'data')
}

/**
 * Opens data.
 *
 * @param paths the files and folders that they are read from
 * @param reading how they are read, as far as it decides what the items are
 * @param open reads them
 * @throws TweedieError `data` where a copy is needed and cannot be made; `interrupted`
 */
export async function throughCache(
  paths: readonly string[],
  reading: object,
  open: OpenWith<ArrayDataset>,
  { dataCache, inMemory, signal }: CacheChoice & { readonly signal?: AbortSignal | undefined } = {},
): Promise<ArrayDataset> {
  if (dataCache !== undefined && inMemory) {
    throw new TweedieError('usage', '`dataCache` keeps data on disk and `inMemory` in memory: give one of them')
  }
  if (inMemory) return open(undefined)
  const root = dataCache === undefined ? preparedRoot() : resolve(dataCache)
  const sources = paths.map((path) => resolve(path))
  const key = createHash('sha256')
    .update(JSON.stringify([sources, reading]))
    .digest('hex')
    .slice(0, 16)
  const folder = join(root, key)
  const lockPath = `${folder}.lock`
  const remarks: string[] = []
  if (existsSync(folder)) {
    while (liveHolder(lockPath) !== undefined) await pause(signal)
    requireOwn(root)
    const found = openPrepared(folder, await fingerprintOf(sources, signal))
    if ('dataset' in found) return saying(found.dataset, folder)
    remarks.push(`the prepared copy ${folder} ${found.trouble ?? 'is not whole'}: it is made anew`)
  }

  const most = dataCache === undefined ? shareOfMemory * allowedMemory() : 0
  const made: { staged?: string; written?: WrittenItems; madeOf?: string } = {}
  let lock: Disposable | undefined
  const storage: ItemStorage = {
    async begin({ memory, disk }) {
      if (memory <= most) return undefined
      mkdirOwn(root)
      while ((lock ??= takeLock(lockPath)) === undefined) await pause(signal)
      const other = openPrepared(folder, await fingerprintOf(sources, signal))
      if ('dataset' in other) throw new MadeByAnother(other.dataset)
      sweep(root)
      requireRoom(root, disk)
      made.madeOf = await fingerprintOf(sources, signal)
      made.staged = `${folder}.${hostTag()}-${process.pid}-${randomBytes(4).toString('hex')}.partial`
      mkdirSync(made.staged, { mode: 0o700 })
      const cannot = (cause: unknown): TweedieError => cannotWrite(root, disk, cause)
      return itemWriter(itemsPath(made.staged), cannot, (written) => (made.written = written))
    },
  }
  try {
    const dataset = await open(storage)
    const { staged, written, madeOf } = made
    if (staged === undefined || !dataset.stored) return dataset
    try {
      writePrepared(staged, dataset, written!, { madeOf: madeOf!, source: sources[0]! })
      rmSync(folder, { recursive: true, force: true })
      renameSync(staged, folder)
    } catch (cause) {
      throw cannotWrite(root, 0, cause)
    }
    const found = openPrepared(folder, madeOf!)
    if ('dataset' in found) return saying(found.dataset, folder, remarks)
    throw new TweedieError('data', `${folder}: the prepared copy ${found.trouble ?? 'is gone'}, just after it was made`)
  } catch (error) {
    if (error instanceof MadeByAnother) return saying(error.dataset, folder)
    throw error
  } finally {
    if (made.staged !== undefined) rmSync(made.staged, { recursive: true, force: true })
    lock?.[Symbol.dispose]()
  }
}

/** Another process made the copy while this one waited for its turn. */
class MadeByAnother extends Error {
  readonly dataset: ArrayDataset
  constructor(dataset: ArrayDataset) {
    super()
    this.dataset = dataset
  }
}

function saying(dataset: ArrayDataset, folder: string, before: readonly string[] = []): ArrayDataset {
  const bytes = dataset.length * dataset.stored!.itemBytes
  const where = `the items (${sizeText(bytes)}) are read from disk as they are needed: ${folder}`
  return withFacts(dataset, { remarks: [...(dataset.remarks ?? []), ...before, where] })
}

/** `2.5 GB` */
export const sizeText = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.ceil(bytes / 1e3)} kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(1)} GB`

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await setTimeout(200, undefined, { signal })
  } catch {
    throw interrupted(signal, 'waiting for another process that prepares the same data')
  }
}

function mkdirOwn(root: string): void {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw cannotWrite(root, 0, cause)
  }
  requireOwn(root)
}

/** @throws TweedieError `data` for a folder in which others may have changed the items */
function requireOwn(root: string): void {
  const why = distrustOf(root)
  if (why === undefined) return
  throw new TweedieError('data', `${root} ${why}: data are not prepared there`, {
    hint: 'name another: `dataCache: DIR`',
  })
}

function requireRoom(root: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(root)
  if (bavail * bsize >= bytes) return
  throw new TweedieError('data', `${root}: ${sizeText(bytes)} are needed and ${sizeText(bavail * bsize)} are free`, {
    hint: 'make room, or name a folder on another disk: `dataCache: DIR`',
  })
}

function cannotWrite(root: string, bytes: number, cause: unknown): TweedieError {
  if (cause instanceof TweedieError) return cause
  const { code, message } = cause as NodeJS.ErrnoException
  const need = bytes > 0 ? `, and ${sizeText(bytes)} are needed in all` : ''
  const known = systemError(cause, { path: root })
  const other = known instanceof TweedieError ? known.message : `${root}: cannot be written (${message})`
  return new TweedieError('data', code === 'ENOSPC' ? `${root}: the disk is full${need}` : other, {
    hint: 'name a folder on another disk: `dataCache: DIR`; `TWEEDIE_CACHE` moves all caches',
    cause,
  })
}

const hostTag = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

/** Removes what processes of this machine left that ended early. */
function sweep(root: string): void {
  for (const name of readdirSync(root)) {
    const [, host, pid] = /\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.partial$/.exec(name) ?? []
    if (host !== hostTag() || pid === undefined || isRunning(Number(pid))) continue
    rmSync(join(root, name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
