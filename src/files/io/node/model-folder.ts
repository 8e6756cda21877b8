/**
 * The model folder on a disk, safe against crashes and against readers during a save.
 *
 * A save takes effect in one instant: all files are written and synced in a hidden folder beside the old ones,
 * which is then renamed to `.saved`. From then on `.saved/x` is valid and `x` is outdated, so a reader tries `.saved/x`
 * first. Then the files are moved to their places; if that is interrupted, the next save finishes it.
 * One process at a time may save; any number may read.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { TweedieError } from '../../../errors.ts'
import { onDisk } from '../../../system-error.ts'
import { metaPath } from '../folder-plan.ts'
import { type ModelFolder, type ModelFolderInput, decodeModelFolder } from '../model-folder.ts'
import type { ReadFolderOptions } from '../model-folder.ts'
import { freeMemory } from '../../../engine/runtime/node/free-memory.ts'
import { isLink, makeFolder, makeFolderIn, readBytes, readLargeBytes, syncFolder, writeFileSynced } from './files.ts'
import { type FolderReader, readFolderFiles } from '../folder-files.ts'
import { crowdedBy, type MemoryChoice, requireMemory, type WeightFile } from '../memory-need.ts'
import { requireDigests } from '../part-digests.ts'
import { filesToSave } from '../files-to-save.ts'
import type { Sha256 } from '../sha256.ts'
import { readScheduler } from './read-scheduler.ts'
import { asTemporary } from './temporaries.ts'

const saved = '.saved'
const saving = '.saving-'

/** How to read an incomplete folder. */
export type ReadModelFolderOptions = Omit<ReadFolderOptions, 'scheduler' | 'memory'> & {
  /** How large weights are held, and the most memory that the model may take; default: as they are stored, and what is free. */
  readonly memory?: MemoryChoice
  /** The noise: the path of a `scheduler_config.json` or of the folder that it is in, or its content. */
  readonly scheduler?: string | ReadFolderOptions['scheduler']
}

/**
 * Reads a model folder: one that {@link writeModelFolder} wrote, or what diffusers wrote: a pipeline, flat or not, its weights in one
 * file or several; a training checkpoint; a network alone.
 *
 * @throws TweedieError `model` if anything is missing, broken or not supported
 * @example
 * await readModelFolder('checkpoint-500', { scheduler: { _class_name: 'DDPMScheduler', beta_schedule: 'linear' } })
 */
export async function readModelFolder(path: string, options: ReadModelFolderOptions = {}): Promise<ModelFolder> {
  const { scheduler, memory = { weights: 'auto' }, ...rest } = options
  const noise = typeof scheduler === 'string' ? await readScheduler(scheduler) : scheduler
  for (let attempt = 0; attempt < 10; attempt++) {
    const before = await readCurrent(path, metaPath)
    const files = await readFolderFiles(path, folderOn(path), rest)
    // tweedie.json holds the digest of its save: if it is still the same, no save happened in between.
    const after = await readCurrent(path, metaPath)
    if (digest(before) !== digest(after)) continue
    const isHigh = memory.weights === 'high'
    if (!isHigh) requireMemory(weightsIn(files), freeMemory(), path, memory.most)
    const crowded = isHigh ? crowdedBy(weightsIn(files), freeMemory()) : undefined
    const folder = decodeModelFolder(files, path, {
      ...rest,
      root: resolve(path),
      ...(noise && { scheduler: noise }),
      memory: memory.weights,
    })
    requireDigests(folder.meta.parts, files, path)
    return crowded === undefined ? folder : { ...folder, notes: [...folder.notes, crowded] }
  }
  throw tooOften(path)
}

/**
 * Writes a model folder, replacing the model in it if there is one; other files in the folder stay. A crash at any moment
 * leaves the old model or the new one, never a mixture.
 *
 * @throws TweedieError `model` or `shape` when the model contradicts itself
 */
export async function writeModelFolder(path: string, folder: ModelFolderInput): Promise<void> {
  await writeFolder(path, filesToSave(folder, nativeHash))
}

/**
 * Writes files into a folder in one instant, in the same way; `tweedie.json` is the last. Other files in the folder stay.
 *
 * Symbolic links in the folder are replaced, and where they lead to stays as it is.
 *
 * @param files by their paths
 * @throws TweedieError `usage` for a folder that cannot be written to, `system` for a full disk and its like; the old files are untouched
 */
export async function writeFolder(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await makeFolder(path)
  await onDisk({ path }, () => save(path, files))
}

async function save(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  await finishSave(path)
  for (const name of await readdir(path)) {
    if (name.startsWith(saving)) await rm(join(path, name), { recursive: true, force: true })
  }
  const staging = mkdtempSync(join(path, saving))
  await asTemporary(staging, async () => {
    for (const [name, bytes] of files) {
      mkdirSync(dirname(join(staging, name)), { recursive: true })
      await writeFileSynced(join(staging, name), bytes)
    }
    for (const name of folders(files.keys())) await syncFolder(join(staging, name))
    await rename(staging, join(path, saved))
  })
  await syncFolder(path)
  await finishSave(path)
}

/** Moves the files of a save that has happened to their places, tweedie.json last. */
async function finishSave(path: string): Promise<void> {
  const root = join(path, saved)
  if (await isLink(root)) await rm(root)
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return
  const found = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
  const names = [...found.filter((name) => name !== metaPath).sort(), ...found.filter((name) => name === metaPath)]
  for (const name of names) {
    await makeFolderIn(path, dirname(name))
    await rename(join(root, name), join(path, name))
  }
  for (const name of folders(names)) await syncFolder(join(path, name))
  await rm(root, { recursive: true })
  await syncFolder(path)
}

/** Files of a folder as of its last save, those of them that there are. */
export async function readFolder(path: string, names: readonly string[]): Promise<ReadonlyMap<string, Uint8Array>> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const before = digest(await readCurrent(path, metaPath))
    const files = new Map<string, Uint8Array>()
    for (const name of names) {
      const bytes = await readCurrent(path, name)
      if (bytes !== undefined) files.set(name, bytes)
    }
    if (before === digest(await readCurrent(path, metaPath))) return files
  }
  throw tooOften(path)
}

/** The files of weights, by the part that they belong to. */
function weightsIn(files: ReadonlyMap<string, Uint8Array>): WeightFile[] {
  return [...files]
    .filter(([name]) => name.endsWith('.safetensors'))
    .map(([name, { length }]) => ({ part: dirname(name), bytes: length }))
}

/** The folder as of the last save: files in `.saved` come first. */
function folderOn(path: string): FolderReader {
  return {
    root: path,
    read: (name) => readCurrent(path, name),
    list: async (name) => {
      const lists = await Promise.all([join(path, saved, name), join(path, name)].map(filesIn))
      return [...new Set(lists.flat())]
    },
  }
}

/** The file as of the last save, or `undefined`. Tries twice in case it has just been moved. */
async function readCurrent(path: string, name: string): Promise<Uint8Array | undefined> {
  const read = name.endsWith('.safetensors') ? readLargeBytes : readBytes
  return (await read(join(path, saved, name), 'model')) ?? (await read(join(path, name), 'model'))
}

async function filesIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name)
}

function tooOften(path: string): TweedieError {
  return new TweedieError('model', `${path}: is saved more often than it can be read`, { hint: 'try again' })
}

function folders(names: Iterable<string>): Set<string> {
  return new Set(Array.from(names, (name) => dirname(name)))
}

function digest(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : createHash('sha256').update(bytes).digest('hex')
}

/** Node's own SHA-256. */
function nativeHash(): Sha256 {
  const hash = createHash('sha256')
  const made: Sha256 = {
    update(bytes) {
      hash.update(bytes)
      return made
    },
    hex: () => hash.digest('hex'),
  }
  return made
}
