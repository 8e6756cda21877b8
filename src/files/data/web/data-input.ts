/** Where data may lie, in a browser; and the same as data that can be sent to a worker. */
import type { CategoricalDataset } from '../categorical.ts'
import type { ArrayDataset } from '../dataset.ts'
import type { NdArray } from '../nd-array.ts'

/** A file with its path in a folder. */
interface FileInFolder {
  readonly path: string
  readonly file: Blob
}

/** Numbers in memory. */
export type Numbers =
  /** A data set. */
  | ArrayDataset
  | CategoricalDataset
  /** An array whose first axis counts items. */
  | NdArray
  /** Rows of numbers: points. */
  | readonly (readonly number[])[]

/** Data, as they can be sent to a worker. */
export type DataInput =
  /** The name of a built-in set (`moons`, `glyphs`), or a complete URL of a file. */
  | string
  /** Files: one of a known format, or a folder of pictures. `name` is what the data are called. */
  | { readonly name?: string | undefined; readonly files: readonly FileInFolder[] }
  | FileSystemDirectoryHandle
  | Blob
  | Numbers

/** Data, as a page has them. */
export type DataSourceInput = DataInput | URL | FileList | readonly (File | FileInFolder)[]

/** Makes them such that can be sent: URLs are completed, files get their paths. */
export function dataInput(source: DataSourceInput): DataInput {
  if (source instanceof URL) return source.href
  if (typeof source === 'string') return isUrl(source) ? new URL(source, globalThis.location?.href).href : source
  if (typeof FileList === 'function' && source instanceof FileList) return filesOf([...source])
  if (Array.isArray(source)) {
    const first: unknown = source[0]
    return Array.isArray(first)
      ? (source as readonly (readonly number[])[])
      : filesOf(source as readonly (File | FileInFolder)[])
  }
  return source as DataInput
}

/** Names of built-in sets have neither points nor slashes. */
export function isUrl(text: string): boolean {
  return /[./]/.test(text)
}

function filesOf(files: readonly (File | FileInFolder)[]): DataInput {
  const named = files.map((each) =>
    'path' in each && 'file' in each ? each : { path: each.webkitRelativePath || each.name, file: each },
  )
  const [first] = named
  const folder = first?.path.slice(0, first.path.indexOf('/') + 1) ?? ''
  if (folder === '' || !named.every(({ path }) => path.startsWith(folder))) return { files: named }
  const inside = named.map(({ path, file }) => ({ path: path.slice(folder.length), file }))
  return { name: folder.slice(0, -1), files: inside }
}
