/** Reads a model folder from wherever a browser has it. */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import { type FolderReader, readFolderFiles } from '../folder-files.ts'
import { metaPath } from '../folder-plan.ts'
import { decodeModelFolder, type ModelFolder, type ReadFolderOptions } from '../model-folder.ts'
import { requireDigests } from '../part-digests.ts'
import { type FolderSource, folderInput } from './folder-input.ts'
import { filesReader, handleReader, mapReader } from './folder-readers.ts'
import { httpReader } from './http-reader.ts'
import { readIndexedDb } from './indexed-db.ts'
import { requireIntegrity } from './integrity.ts'
import { opfsFolder } from './opfs.ts'

/** How to read a folder. */
export interface WebFolderOptions extends ReadFolderOptions {
  /** SHA-256 of files by their paths, hexadecimal: a file with another one is refused. */
  readonly integrity?: Readonly<Record<string, string>> | undefined
  /** Of a URL: whether its files are kept for the next time; default true. */
  readonly keep?: boolean | undefined
  readonly signal?: AbortSignal | undefined
  /** Bytes that were read; `total` grows as further files become known. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * Reads a model folder: from the URL that it lies at, from files that were picked or dropped, a handle, a .zip, OPFS, IndexedDB, or
 * memory. {@link ModelFolder.notes} say what was chosen, kept or fetched again.
 *
 * @throws TweedieError `model` if anything is missing, broken, changed or not supported; `interrupted`
 * @example
 * const folder = await readModelFolder('/models/glyphs/', { onProgress: (done, total) => (bar.value = done / total) })
 * using model = await openModel(folder, { engine: await webEngine() })
 */
export async function readModelFolder(source: FolderSource, options: WebFolderOptions = {}): Promise<ModelFolder> {
  const { integrity, keep = true, signal, onProgress, ...rest } = options
  throwIfAborted(signal)
  const notes: string[] = []
  const input = folderInput(source)
  const { name, reader } = await readerOf(input, { keep, integrity, signal, onProgress, notes })
  const files = await readFolderFiles(name, reader, rest)
  throwIfAborted(signal)
  if (integrity) await requireIntegrity(files, integrity, name)
  requireSomething(files, name)
  const folder = decodeModelFolder(files, name, rest)
  requireDigests(folder.meta.parts, files, name)
  return { ...folder, notes: [...notes, ...folder.notes] }
}

interface Reading extends Pick<WebFolderOptions, 'integrity' | 'signal' | 'onProgress'> {
  readonly keep: boolean
  readonly notes: string[]
}

async function readerOf(
  input: ReturnType<typeof folderInput>,
  reading: Reading,
): Promise<{ readonly name: string; readonly reader: FolderReader }> {
  if (typeof input === 'string') return { name: input.replace(/\/$/, ''), reader: await httpReader(input, reading) }
  if (input instanceof Map) return { name: 'the folder', reader: mapReader(input) }
  if (isHandle(input)) return { name: input.name || 'the folder', reader: await handleReader(input) }
  if (input instanceof Blob) {
    const name = input instanceof File ? input.name : 'the .zip'
    const { unzipFolder } = await import('../../data/formats/zip.ts')
    return { name, reader: mapReader(unzipFolder(new Uint8Array(await input.arrayBuffer()), name, 'model')) }
  }
  if ('opfs' in input) return { name: input.opfs, reader: await handleReader(await opfsFolder(input.opfs)) }
  if ('indexedDb' in input) return { name: input.indexedDb, reader: mapReader(await readIndexedDb(input.indexedDb)) }
  if (Array.isArray(input)) {
    const [only] = input
    if (input.length === 1 && /\.zip$/i.test(only.path)) return readerOf(only.file as Blob, reading)
    return { name: 'the folder', reader: filesReader(input, reading) }
  }
  throw new TweedieError('usage', 'a model folder is needed, and this is none', {
    hint: 'give a URL, files, a folder handle, a .zip, { opfs } or { indexedDb }',
  })
}

function isHandle(value: object): value is FileSystemDirectoryHandle {
  return 'kind' in value && value.kind === 'directory'
}

function requireSomething(files: ReadonlyMap<string, unknown>, name: string): void {
  if (files.size > 0) return
  throw new TweedieError('model', `${name}: no folder of a model: neither model_index.json nor ${metaPath} is there`, {
    hint: 'name the folder that training wrote, or drop all of its files',
  })
}
