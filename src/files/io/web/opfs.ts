/** Folders of the origin private file system: files that a page keeps for itself. */
import { TweedieError } from '../../../errors.ts'
import { orNothing } from './or-nothing.ts'

/**
 * The root of what this origin keeps.
 *
 * @throws TweedieError `device` where there is none: in private windows of some browsers, on pages that are not secure
 */
export async function opfsRoot(): Promise<FileSystemDirectoryHandle> {
  const storage = globalThis.navigator?.storage as StorageManager | undefined
  try {
    if (typeof storage?.getDirectory === 'function') return await storage.getDirectory()
  } catch (cause) {
    throw noStorage(cause)
  }
  throw noStorage()
}

function noStorage(cause?: unknown): TweedieError {
  const insecure = globalThis.isSecureContext === false
  return new TweedieError('device', `this browser keeps no files here${insecure ? ': the page is not secure' : ''}`, {
    hint: insecure
      ? 'open it over https, or from localhost'
      : 'a private window may forbid it: open the page in an ordinary one',
    cause,
  })
}

/**
 * A folder by its path.
 *
 * @param options `create`: makes the folders on the way
 * @throws TweedieError `model` where there is none
 */
export async function opfsFolder(path: string, { create = false } = {}): Promise<FileSystemDirectoryHandle> {
  let folder = await opfsRoot()
  for (const name of path.split('/').filter((each) => each !== '')) {
    const next = await folder.getDirectoryHandle(name, { create }).catch(orNothing)
    if (next === undefined) throw new TweedieError('model', `${path}: this browser keeps no such folder`)
    folder = next
  }
  return folder
}

/**
 * Writes a file: the old content stays until the new one is complete.
 *
 * @throws TweedieError `device` where the disk or the browser's quota is full
 */
export async function writeFile(
  root: FileSystemDirectoryHandle,
  path: string,
  bytes: Uint8Array<ArrayBuffer> | string,
): Promise<void> {
  const names = path.split('/')
  let folder = root
  try {
    for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create: true })
    const handle = await folder.getFileHandle(names.at(-1)!, { create: true })
    const stream = await handle.createWritable()
    await stream.write(bytes)
    await stream.close()
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'QuotaExceededError') {
      throw new TweedieError('device', `${path}: the browser's storage is full`, {
        hint: 'delete runs that are not needed any more, or let the site keep more',
        cause,
      })
    }
    throw new TweedieError('device', `${path}: the browser does not write it (${String(cause)})`, { cause })
  }
}

/** A file's bytes; undefined where there is none. */
export async function readFile(
  root: FileSystemDirectoryHandle,
  path: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const names = path.split('/')
  let folder: FileSystemDirectoryHandle | undefined = root
  for (const name of names.slice(0, -1)) folder = await folder?.getDirectoryHandle(name).catch(orNothing)
  const handle = await folder?.getFileHandle(names.at(-1)!).catch(orNothing)
  return handle && new Uint8Array(await (await handle.getFile()).arrayBuffer())
}

/** The files of a folder and of those in it, by their paths. */
export async function filesBelow(
  folder: FileSystemDirectoryHandle,
  prefix = '',
): Promise<Map<string, FileSystemFileHandle>> {
  const files = new Map<string, FileSystemFileHandle>()
  for await (const [name, handle] of folder) {
    if (handle.kind === 'file') files.set(prefix + name, handle)
    else for (const [path, file] of await filesBelow(handle, `${prefix}${name}/`)) files.set(path, file)
  }
  return files
}
