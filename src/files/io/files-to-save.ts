/** The files of a save: the model folder, with digests by which files of two saves are told apart. */
import { encodeMeta, encodeModelFolder } from './encode-model-folder.ts'
import { metaPath } from './folder-plan.ts'
import type { ModelFolderInput } from './folder-types.ts'
import { partDigests } from './part-digests.ts'
import { sha256, type Sha256 } from './sha256.ts'

/**
 * The files by their paths. Equal models give equal bytes, on every runtime.
 *
 * @param hash makes a SHA-256, where the runtime has a faster one
 * @throws TweedieError `model` or `shape` when the model contradicts itself
 */
export function filesToSave(folder: ModelFolderInput, hash: () => Sha256 = sha256): Map<string, Uint8Array> {
  const plain = encodeModelFolder(folder)
  const save = hash()
  for (const [name, bytes] of plain) if (name !== metaPath) save.update(`${name}\0${bytes.length}\0`).update(bytes)
  const meta = { ...folder.meta, parts: partDigests(folder.meta.parts, plain), save: save.hex().slice(0, 16) }
  return new Map([...plain, [metaPath, encodeMeta(meta)] as const])
}
