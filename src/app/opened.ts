/** A model with its family, from the content of a folder. */
import type { FamilyModel, OwnParts } from '../families/family.ts'
import { readerOf } from '../families/reader-of.ts'
import { entryOfFolder, type Opened } from '../families/registry.ts'
import type { ModelFolder } from '../files/io/model-folder.ts'

export type { Opened } from '../families/registry.ts'

/**
 * The model in a folder's content, of any family.
 *
 * @param source what to call it in errors
 * @throws TweedieError `model` for an unknown family, or parts that do not fit together
 */
export async function openedOf(folder: ModelFolder, own: OwnParts = {}, source?: string): Promise<Opened> {
  const entry = entryOfFolder(folder.meta, own, source && `${source}/tweedie.json`)
  const family = await entry.load()
  return { entry, family, model: (await readerOf(family))(folder, own) }
}

/** The model alone. */
export async function readModel(folder: ModelFolder, own: OwnParts = {}): Promise<FamilyModel> {
  return (await openedOf(folder, own)).model
}
