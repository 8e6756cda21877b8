/**
 * Files on disk that survive a crash. A file is written under a temporary name in its own folder, synced, renamed, and
 * the folder synced: a reader sees the old content or the new, never half of either.
 */
import { randomBytes } from 'node:crypto'
import { type FileHandle, lstat, mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type ErrorCode, TweedieError } from '../../../errors.ts'
import { onDisk, systemError } from '../../../system-error.ts'
import { mapFile } from '../../../engine/runtime/node/map-file.ts'
import { type SafeTensor, parseHeader, parseHeaderLength, viewTensors } from '../safetensors.ts'
import { asTemporary, createTemporary } from './temporaries.ts'

/**
 * Writes a whole file atomically and durably; its folder must exist.
 *
 * @param path the file, replaced if it exists; a symbolic link is replaced, too, and where it leads to stays as it is
 * @param content bytes, or text as UTF-8
 * @throws TweedieError `usage` for a path that cannot be written to, `system` for a full disk and its like; what was there is untouched
 */
export async function writeFileAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = temporaryName(path)
  await onDisk({ path }, () =>
    asTemporary(temporary, async () => {
      try {
        createTemporary(temporary)
        await writeSynced(temporary, 'r+', content)
        await rename(temporary, path)
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined)
        throw error
      }
    }),
  )
  await syncFolder(dirname(path))
}

/** Hidden, in the same folder; of a long name only the beginning, since names have an end. */
function temporaryName(path: string): string {
  const name = basename(path)
  const kept = Buffer.byteLength(name) > 200 ? Array.from(name).slice(0, 50).join('') : name
  return join(dirname(path), `.${kept}.${randomBytes(6).toString('hex')}.tmp`)
}

/**
 * Makes a folder and those that it lies in.
 *
 * @throws TweedieError `usage` where none can be made, `system` for a full disk and its like
 */
export async function makeFolder(path: string): Promise<void> {
  await onDisk({ path }, () => mkdir(path, { recursive: true }))
}

/**
 * Makes a folder within another. Links on the way are replaced by folders, so that nothing is written elsewhere.
 *
 * @param name a path relative to `root`
 */
export async function makeFolderIn(root: string, name: string): Promise<void> {
  await onDisk({ path: join(root, name) }, async () => {
    let path = root
    for (const part of name.split(/[\\/]/)) {
      path = join(path, part)
      if (path !== root && (await isLink(path))) await rm(path)
    }
    await mkdir(path, { recursive: true })
  })
}

/** Whether a symbolic link lies there. */
export async function isLink(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isSymbolicLink() ?? false
}

/** Files of {@link writeFileAtomic} that are older were forgotten by a process that was killed. */
const forgottenMs = 3_600_000

const temporaryFile = /^\..+\.[0-9a-f]{12}\.tmp$/

/** Removes what processes that were killed left in a folder an hour ago or longer; others may be writing there. */
export async function removeForgotten(folder: string): Promise<void> {
  const before = Date.now() - forgottenMs
  for (const name of await readdir(folder).catch((): string[] => [])) {
    if (!temporaryFile.test(name)) continue
    const found = await lstat(join(folder, name)).catch(() => undefined)
    if (found?.isFile() && found.mtimeMs < before) await rm(join(folder, name), { force: true }).catch(() => undefined)
  }
}

/** Removes what {@link writeFileAtomic} left in a folder when its process was killed. Nobody else may be writing there. */
export async function removeTemporaries(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => [])
  const left = names.filter((name) => temporaryFile.test(name))
  await onDisk({ path: folder }, () => Promise.all(left.map((name) => rm(join(folder, name), { force: true }))))
}

/** Writes a new file and waits until it is on the disk. Not atomic: for files that nobody can see yet. */
export function writeFileSynced(path: string, content: Uint8Array | string): Promise<void> {
  return onDisk({ path }, () => writeSynced(path, 'wx', content))
}

async function writeSynced(path: string, flags: 'wx' | 'r+', content: Uint8Array | string): Promise<void> {
  const file = await open(path, flags)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Makes the names in a folder durable. Where folders cannot be opened (Windows) there is nothing to do. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  if (folder === undefined) return
  await folder.sync().catch(() => undefined)
  await folder.close()
}

/**
 * Reads a whole file, of any size; `undefined` where there is none.
 *
 * @param code the error's code when it cannot be read: what kind of thing it belongs to
 */
export async function readBytes(path: string, code: ErrorCode): Promise<Uint8Array | undefined> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    return await readExactly(file, (await file.stat()).size, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(path, code, error)
  } finally {
    await file?.close()
  }
}

/** Files from which on memory is mapped. */
const mappedBytes = 2 ** 26

/**
 * Reads a whole file, as {@link readBytes}; a large one is mapped where the system does that, and its pages are read when they are
 * touched. The file must not be written over in place meanwhile; that it is replaced by another does no harm.
 */
export async function readLargeBytes(path: string, code: ErrorCode): Promise<Uint8Array | undefined> {
  try {
    const { size } = await stat(path)
    return (size >= mappedBytes ? await mapFile(path) : undefined) ?? (await readBytes(path, code))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error instanceof TweedieError ? error : unreadable(path, code, error)
  }
}

/**
 * Reads a safetensors file: first the header, checked against the file's size, then the data in one buffer.
 *
 * @throws TweedieError `model` when it is missing or broken
 */
export async function readSafetensorsFile(
  path: string,
): Promise<{ tensors: Map<string, SafeTensor>; metadata: Readonly<Record<string, string>> }> {
  let file: FileHandle | undefined
  try {
    file = await open(path, 'r')
    const { size } = await file.stat()
    const headerLength = parseHeaderLength(await readExactly(file, Math.min(8, size), 0), size, path)
    const header = parseHeader(await readExactly(file, 8 + headerLength, 0), size, path)
    const data = await readExactly(file, size - header.dataOffset, header.dataOffset)
    return { tensors: viewTensors(header, data), metadata: header.metadata }
  } catch (error) {
    throw error instanceof TweedieError ? error : unreadable(path, 'model', error)
  } finally {
    await file?.close()
  }
}

/**
 * Reads a JSON file.
 *
 * @param code the error's code when the file is missing or not JSON: what kind of thing it belongs to
 */
export async function readJson(path: string, code: ErrorCode = 'data'): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw unreadable(path, code, cause)
  })
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new TweedieError(code, `${path}: not JSON: ${(cause as Error).message}`, { cause })
  }
}

/** Writes a JSON file atomically: two spaces, a final newline. */
export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`)
}

/**
 * Makes the folder of a new run, parents included.
 *
 * @param options `force`: accept a folder that has something in it. Nothing is deleted; files of the same name will be
 * written over.
 * @throws TweedieError `exists` when the folder is not empty, or is a file
 */
export async function createRunFolder(path: string, options: { force?: boolean } = {}): Promise<void> {
  const names = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    if (cause.code === 'ENOTDIR') throw new TweedieError('exists', `${path} is a file, not a folder`, { cause })
    throw unreadable(path, 'usage', cause)
  })
  if (names.length > 0 && !options.force) {
    throw new TweedieError('exists', `${path} exists and is not empty (${names.slice(0, 3).join(', ')}…)`, {
      hint: '--resume continues the run in it, --force starts over in the same folder, or name another one',
    })
  }
  await makeFolder(path)
}

/** The error for a file or folder that cannot be read. */
export function unreadable(path: string, code: ErrorCode, cause: unknown): TweedieError {
  const error = systemError(cause, { path, code, doing: 'read' })
  if (error instanceof TweedieError) return error
  return new TweedieError(code, `${path}: ${(cause as Error).message}`, { cause })
}

/** So many bytes from a position on; the system gives at most 2 GB at a time. */
async function readExactly(file: FileHandle, length: number, position: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length)
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(length - done, 2 ** 30), position + done)
    if (bytesRead === 0) throw new Error(`cut off at byte ${position + done} while it was read`)
    done += bytesRead
  }
  return bytes
}
