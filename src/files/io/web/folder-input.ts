/** Where a model folder may lie, in a browser; and the same as data that can be sent to a worker. */
import type { ModelFiles } from '../folder-types.ts'
import { type NamedFile, namedFiles } from '../../data/web/named-file.ts'

/** A folder, as it can be sent to a worker. */
export type FolderInput =
  /** The complete URL of the folder. */
  | string
  | readonly NamedFile[]
  /** Picked by the user, or of OPFS. */
  | FileSystemDirectoryHandle
  /** A .zip. */
  | Blob
  /** Files in memory. */
  | ModelFiles
  /** A folder of this origin's own file system, such as `models/mine`. */
  | { readonly opfs: string }
  /** A folder that `saveModelFolder` put there, by its name. */
  | { readonly indexedDb: string }

/** A folder, as a page has it: the same, and what only a page has. */
export type FolderSource = FolderInput | URL | FileList | readonly (File | NamedFile)[]

/** Makes it one that can be sent: URLs are completed, files get their paths. */
export function folderInput(source: FolderSource): FolderInput {
  if (typeof source === 'string') return new URL(source, globalThis.location?.href).href
  if (source instanceof URL) return source.href
  if (isFileList(source)) return namedFiles(source)
  return source
}

function isFileList(source: FolderSource): source is FileList | readonly (File | NamedFile)[] {
  return Array.isArray(source) || (typeof FileList === 'function' && source instanceof FileList)
}
