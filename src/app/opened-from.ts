/** A model in memory, or what its folder holds, with its family. */
import { TweedieError } from '../errors.ts'
import type { FamilyModel, OwnParts, Setting } from '../families/family.ts'
import { entryNamed, type Opened } from '../families/registry.ts'
import type { ModelFolder } from '../files/io/model-folder.ts'
import { openedOf } from './opened.ts'

/** A model in memory, or what its folder holds. */
export type ModelSource = FamilyModel | ModelFolder

/** A model with its family; choices made while reading become remarks. */
export async function openedFrom(source: ModelSource, own: OwnParts, onRemark?: Setting['onRemark']): Promise<Opened> {
  const given: unknown = source
  if (typeof given !== 'object' || given === null || !('family' in given || 'meta' in given)) {
    throw new TweedieError(
      'usage',
      `a model is needed, and this is ${typeof given === 'object' ? 'none' : String(given)}`,
      {
        hint: 'give the folder of a model, a model as `fit` makes it, or what readModelFolder reads',
      },
    )
  }
  if (!('family' in source)) {
    for (const note of source.notes) onRemark?.(note)
    return openedOf(source, own)
  }
  const entry = entryNamed(source.family, own)
  return { entry, family: await entry.load(), model: source }
}
