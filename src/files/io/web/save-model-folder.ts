/** Saves a model folder where a browser can: in its own file system, in a folder that was picked, as a .zip, in IndexedDB. */
import { TweedieError } from '../../../errors.ts'
import { filesToSave } from '../files-to-save.ts'
import { metaPath } from '../folder-plan.ts'
import type { ModelFiles, ModelFolderInput } from '../model-folder.ts'
import { zipFolder } from '../../data/formats/zip.ts'
import { writeIndexedDb } from './indexed-db.ts'
import { opfsFolder, writeFile } from './opfs.ts'

/** Where it is saved. */
export type FolderTarget =
  | { readonly opfs: string }
  /** A folder that the user picked: `showDirectoryPicker({ mode: 'readwrite' })`. */
  | FileSystemDirectoryHandle
  | { readonly indexedDb: string }

/**
 * Saves a model folder. In a folder of files, `tweedie.json` is written last: a reader who finds weights of another save refuses them.
 *
 * @param folder a model folder, or its files
 * @throws TweedieError `device` where the browser does not write, `usage` for a place that makes no sense
 * @example
 * await saveModelFolder({ opfs: 'models/mine' }, await model.folder())
 */
export async function saveModelFolder(target: FolderTarget, folder: ModelFolderInput | ModelFiles): Promise<void> {
  const files = folder instanceof Map ? (folder as ModelFiles) : filesToSave(folder as ModelFolderInput)
  if (typeof target !== 'object' || target === null) {
    throw new TweedieError(
      'usage',
      `a folder is saved to { opfs }, { indexedDb } or a handle, not to ${String(target)}`,
    )
  }
  if ('indexedDb' in target) return writeIndexedDb(target.indexedDb, files)
  const root = 'opfs' in target ? await opfsFolder(target.opfs, { create: true }) : target
  const paths = [...files.keys()].filter((path) => path !== metaPath)
  for (const path of [...paths, ...(files.has(metaPath) ? [metaPath] : [])]) {
    await writeFile(root, path, files.get(path) as Uint8Array<ArrayBuffer>)
  }
}

/**
 * A model folder as a .zip, to be downloaded.
 *
 * @param name of the folder in it
 * @example
 * link.href = URL.createObjectURL(modelFolderZip('glyphs', await model.folder()))
 */
export function modelFolderZip(name: string, folder: ModelFolderInput | ModelFiles): Blob {
  const files = folder instanceof Map ? (folder as ModelFiles) : filesToSave(folder as ModelFolderInput)
  return new Blob([zipFolder(files, name)], { type: 'application/zip' })
}
