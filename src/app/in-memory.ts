/** The surroundings of models in memory: nothing is read by name. */
import { TweedieError } from '../errors.ts'
import type { Setting } from '../families/family.ts'
import { memoryStore } from '../tools/eval/store.ts'

/** The part of a setting that is the same for all models in memory. */
export function inMemory(): Pick<Setting, 'access' | 'store' | 'provenance'> {
  return {
    access: { bytes: unnamed, picture: unnamed, model: unnamed, data: unnamed, unseen: unnamed },
    store: memoryStore(),
    provenance: {},
  }
}

async function unnamed(name?: string): Promise<never> {
  if (name === undefined) throw new TweedieError('usage', 'which data the model was trained on is not known')
  throw new TweedieError('usage', `${name}: a model in memory reads nothing by name`, {
    hint: 'give the values, or open the model from a folder on a disk',
  })
}
