/** Opens data from wherever a browser has them. */
import { TweedieError } from '../../../errors.ts'
import { throwIfAborted } from '../../../interrupted.ts'
import type { OptionValues, ValuesOf } from '../../../options.ts'
import { isBuiltinName } from '../builtin/index.ts'
import type { AnyDataset } from '../any-dataset.ts'
import type { ArrayDataset } from '../dataset.ts'
import { type FileTree, lastPart } from '../file-tree.ts'
import { fieldsOfArrays } from '../fields/from-arrays.ts'
import { trajectoryOfFile } from '../fields/from-file.ts'
import { datasetFromArray, pointsDataset } from '../from-array.ts'
import { holdOut } from '../hold-out.ts'
import type { NdArray } from '../nd-array.ts'
import { openSource } from '../open/open-source.ts'
import { sourceOf } from '../open/source-of.ts'
import { captionReading, dataOptions } from '../options.ts'
import type { DataReaders } from '../reader.ts'
import type { DataSource } from '../source.ts'
import { type DataInput, isUrl } from './data-input.ts'
import { type LazyFile, webTree } from './web-tree.ts'

/** Data that were opened. */
export interface OpenedInput {
  readonly train: AnyDataset
  readonly heldOut?: AnyDataset | undefined
  /** What was guessed, left out or changed while reading, a sentence each. */
  readonly report: readonly string[]
  /** A record of them. */
  readonly source: DataSource
  /** Whether the record is enough to open the same data again: so it is with built-in sets. */
  readonly again: boolean
}

/** How reading is stopped and watched. */
export interface OpenInputOptions {
  readonly signal?: AbortSignal | undefined
  /** Files that were read, and how many there are. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly readers?: DataReaders | undefined
}

const readingOptions = { ...dataOptions, ...captionReading }

type DataValues = ValuesOf<typeof readingOptions>

/**
 * Opens data: the name of a built-in set, files of the formats that Node reads too, a folder of pictures whose sub-folders are classes,
 * texts, a .zip of these, an address, or numbers in memory.
 *
 * @param options those of data, by the names that `tweedie train` has for them; others are not looked at
 * @throws TweedieError `data` if they are missing, broken or of no known kind; `usage` for options that such data do not support
 * @example
 * const { train, report } = await openInput(dataInput(input.files), { size: 32 })
 */
export async function openInput(
  input: DataInput,
  options: OptionValues,
  { signal, onProgress, readers }: OpenInputOptions = {},
): Promise<OpenedInput> {
  const known = Object.entries(options).filter(([name]) => Object.hasOwn(readingOptions, name))
  const asked: DataValues = Object.fromEntries(known)
  const memory = inMemory(input, asked)
  if (memory) return withHeldOut(memory, asked)
  const { tree, path } = await treeOf(input, signal)
  const source = await sourceOf(tree, path, asked)
  const opened = await openSource(tree, source, { signal, onProgress, readers })
  return { ...opened, source, again: (await tree.kind(path)) === undefined && isBuiltIn(path) }
}

function isBuiltIn(path: string): boolean {
  const name = path.replace(/^builtin:/, '')
  return name === 'maps' || isBuiltinName(name)
}

/** Files and folders, and which of them are the data. */
interface Found {
  readonly tree: FileTree
  readonly path: string
}

async function treeOf(input: DataInput, signal: AbortSignal | undefined): Promise<Found> {
  if (typeof input === 'string') {
    if (!isUrl(input)) return { tree: webTree(new Map()), path: input }
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

function oneFile(name: string, blob: Blob): Promise<Found> | Found {
  if (/\.zip$/i.test(name)) return unzipped(name, blob)
  return { tree: webTree(new Map([[name, async () => blob]])), path: name }
}

async function unzipped(name: string, blob: Blob): Promise<Found> {
  const { unzipFolder } = await import('../formats/zip.ts')
  const files = unzipFolder(new Uint8Array(await blob.arrayBuffer()), name)
  const blobs = Array.from(files, ([path, bytes]) => [path, async () => new Blob([bytes.slice()])] as const)
  return inFolder(name.replace(/\.zip$/i, ''), new Map(blobs))
}

function inFolder(name: string, files: ReadonlyMap<string, LazyFile>): Found {
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

/** Numbers in memory as a data set. */
function inMemory(input: DataInput, options: DataValues): OpenedInput['train'] | undefined {
  if (typeof input !== 'object' || input instanceof Blob) return undefined
  const made = Array.isArray(input)
    ? rows(input as readonly (readonly number[])[])
    : 'shape' in input
      ? 'kind' in input
        ? input
        : fromArray(input as NdArray, options)
      : undefined
  if (made === undefined) return undefined
  const known: readonly string[] = [
    'holdOut',
    'unconditional',
    ...('kind' in input ? ['captions'] : ['as', 'variables']),
  ]
  const strange = Object.keys(options).find(
    (name) => options[name as keyof DataValues] !== undefined && !known.includes(name),
  )
  if (strange === undefined) return options.unconditional ? { ...made, labels: undefined, classNames: undefined } : made
  throw new TweedieError('usage', `${made.name}: \`${strange}\` is not for data in memory`)
}

function fromArray(array: NdArray, { as, variables }: DataValues): OpenedInput['train'] {
  if (as !== 'fields') return datasetFromArray(array, { name: 'data', as })
  return trajectoryOfFile(fieldsOfArrays({ field: array }), { name: 'data', variables })
}

function withHeldOut(
  data: OpenedInput['train'],
  { holdOut: share, unconditional: unlabelled }: DataValues,
): OpenedInput {
  const report = [...(data.remarks ?? [])]
  const source = { path: data.name, unlabelled }
  if (!share) return { train: data, report, source, again: false }
  const recorded = { ...source, holdOut: share, holdOutManner: 'random' } as const
  return { ...holdOut(data, share, 'random'), report, source: recorded, again: false }
}

function rows(points: readonly (readonly number[])[]): ArrayDataset {
  const columns = points[0]?.length ?? 0
  const odd = points.findIndex((row) => row.length !== columns)
  if (odd >= 0)
    throw new TweedieError('data', `row ${odd} has ${points[odd]!.length} numbers, and the first ${columns}`)
  return pointsDataset({ name: 'points', data: Float32Array.from(points.flat()), columns })
}
