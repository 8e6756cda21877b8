/** Writes the model of any family to a folder. */
import type { FamilyModel, OwnParts } from '../../families/family.ts'
import { entryNamed } from '../../families/registry.ts'
import { writeModelFolder } from '../../files/io/node/model-folder.ts'

/**
 * Writes a model to a folder, which is created. A model already there is replaced in one step.
 *
 * @example
 * await saveModel('models/mine', await fit('glyphs', { minutes: 5 }))
 */
export async function saveModel(path: string, model: FamilyModel, own: OwnParts = {}): Promise<void> {
  const family = await entryNamed(model.family, own).load()
  await writeModelFolder(path, await family.write(model))
}
