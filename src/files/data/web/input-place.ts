/** Files that data are read from: picked, dropped, in a folder, in a .zip, at an address. */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { lastPart } from '../file-tree.ts'
import type { DataInput, Numbers } from './data-input.ts'
import type { DataPlace } from './opened-input.ts'
import { type LazyFile, webTree } from './web-tree.ts'

/**
 * The files of data that are no numbers in memory and no built-in set.
 *
 * @throws TweedieError `data` if they cannot be fetched or read, `usage` if the input is none
 */
export async function inputPlace(
  input: Exclude<DataInput, Numbers>,
  signal: AbortSignal | undefined,
): Promise<DataPlace> {
  if (typeof input === 'string') {
    return oneFile(lastPart(new URL(input).pathname) || 'data', await fetched(input, signal))
  }
  if (input instanceof Blob) return oneFile(input instanceof File ? input.name : 'data', input)
  if (typeof input === 'object' && 'files' in input) {
    const { name, files } = input
    const [only] = files
    if (only === undefined) {
      throw new TweedieError('data', 'there are no files and no numbers', { hint: 'pick or drop files, or a folder' })
    }
    if (name === undefined && files.length === 1) return oneFile(lastPart(only.path), only.file)
    return inFolder(name ?? 'files', new Map(files.map(({ path, file }) => [path, async () => file])))
  }
  if (typeof input === 'object' && 'kind' in input && input.kind === 'directory') {
    return inFolder(input.name || 'files', await filesOf(input))
  }
  throw new TweedieError('usage', 'data are needed, and this is none', {
    hint: 'give the name of a built-in set, files, a folder handle, an address, rows of numbers or { shape, data }',
  })
}

function oneFile(name: string, blob: Blob): Promise<DataPlace> | DataPlace {
  if (/\.zip$/i.test(name)) return unzipped(name, blob)
  return { tree: webTree(new Map([[name, async () => blob]])), path: name }
}

async function unzipped(name: string, blob: Blob): Promise<DataPlace> {
  const { unzipFolder } = await import('../formats/zip.ts')
  const files = unzipFolder(new Uint8Array(await blob.arrayBuffer()), name)
  const blobs = Array.from(files, ([path, bytes]) => [path, async () => new Blob([bytes.slice()])] as const)
  return inFolder(name.replace(/\.zip$/i, ''), new Map(blobs))
}

function inFolder(name: string, files: ReadonlyMap<string, LazyFile>): DataPlace {
  return { tree: webTree(new Map(Array.from(files, ([path, file]) => [`${name}/${path}`, file]))), path: name }
}

async function filesOf(folder: FileSystemDirectoryHandle, before = ''): Promise<Map<string, LazyFile>> {
  const found = new Map<string, LazyFile>()
  for await (const [name, handle] of folder) {
    if (handle.kind === 'file') found.set(before + name, () => handle.getFile())
    else for (const [path, file] of await filesOf(handle, `${before}${name}/`)) found.set(path, file)
  }
  return found
}

async function fetched(url: string, signal: AbortSignal | undefined): Promise<Blob> {
  try {
    const response = await fetch(url, { ...(signal && { signal }) })
    if (response.ok) return await response.blob()
    throw new TweedieError('data', `${url}: the server answers ${response.status}`, { hint: 'is the address right?' })
  } catch (cause) {
    if (cause instanceof TweedieError) throw cause
    throwIfAborted(signal)
    throw new TweedieError('data', `${url} cannot be fetched: ${String(cause)}`, {
      hint: 'is the address right, and does the server allow this page to read it (CORS)?',
      cause,
    })
  }
}
