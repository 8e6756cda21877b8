import type { Family, ModelReader } from '../../families/family.ts'
import { readerOf } from '../../families/reader-of.ts'

/** How models of a family become folders, and are made of them. */
export interface FolderForm extends Pick<Family, 'write'> {
  readonly read: ModelReader
}

/** Loads what reads the family's folders. */
export async function folderForm(family: Family): Promise<FolderForm> {
  return { write: (model) => family.write(model), read: await readerOf(family) }
}
