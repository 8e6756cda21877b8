/** Folders that can be listed: files in memory, files that were picked, and handles. */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import type { NamedFile } from '../../data/web/named-file.ts'
import type { FolderReader } from '../folder-files.ts'
import { namesIn } from '../read-part.ts'
import { orNothing } from './or-nothing.ts'

/** Files in memory. */
export function mapReader(files: ReadonlyMap<string, Uint8Array>): FolderReader {
  return { read: async (path) => files.get(path), list: async (folder) => namesIn(files, folder) }
}

/** Files that were picked or dropped. */
export function filesReader(
  files: readonly NamedFile[],
  {
    signal,
    onProgress,
  }: {
    readonly signal?: AbortSignal | undefined
    readonly onProgress?: ((done: number, total: number) => void) | undefined
  } = {},
): FolderReader {
  const byPath = new Map(files.map(({ path, file }) => [path, file]))
  let [done, total] = [0, 0]
  return {
    async read(path) {
      const file = byPath.get(path)
      if (file === undefined) return undefined
      throwIfAborted(signal)
      total += file.size
      const bytes = await bytesOf(file, path)
      done += bytes.length
      onProgress?.(done, total)
      return bytes
    },
    list: async (folder) => namesIn(byPath, folder),
  }
}

/** A folder of a file system, with the folders in it. */
export async function handleReader(root: FileSystemDirectoryHandle): Promise<FolderReader> {
  const at = async (folder: string): Promise<FileSystemDirectoryHandle | undefined> => {
    let handle = root
    for (const name of folder.split('/').filter((each) => each !== '')) {
      const next = await handle.getDirectoryHandle(name).catch(orNothing)
      if (next === undefined) return undefined
      handle = next
    }
    return handle
  }
  return {
    async read(path) {
      const slash = path.lastIndexOf('/') + 1
      const folder = await at(path.slice(0, slash))
      const handle = await folder?.getFileHandle(path.slice(slash)).catch(orNothing)
      return handle && bytesOf(await handle.getFile(), path)
    },
    async list(folder) {
      const names: string[] = []
      for await (const [name, { kind }] of (await at(folder)) ?? []) if (kind === 'file') names.push(name)
      return names
    },
  }
}

/** @throws TweedieError `data` for a file that was moved or changed since it was picked */
export async function bytesOf(file: Blob, path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer())
  } catch (cause) {
    throw new TweedieError('data', `${path}: the browser cannot read it (${String(cause)})`, {
      hint: 'pick or drop it again: it may have been moved or changed since',
      cause,
    })
  }
}
