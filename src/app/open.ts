/** Opens a model from what its folder holds, wherever that comes from. */
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { TweedieError } from '../errors.ts'
import type { OwnParts, Setting } from '../families/family.ts'
import type { ModelFolder } from '../files/io/model-folder.ts'
import { memoryStore } from '../tools/eval/store.ts'
import { openedOf } from './opened.ts'
import { type WarmModel, warmModel } from './warm-model.ts'

/** Where a model computes, and the user's own parts. */
export interface OpenOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly engine: Engine
  readonly own?: OwnParts | undefined
}

/**
 * Opens the model of a folder's content. Items, other models and data are values here: nothing is read by name.
 *
 * @throws TweedieError `model` for an unknown family, or parts that do not fit together
 * @example
 * using painter = await openModel(await fetchModelFolder(url), { engine })
 * const drawn = await painter.draw({ count: 4, seed: 1 })
 */
export async function openModel(folder: ModelFolder, { own = {}, ...session }: OpenOptions): Promise<WarmModel> {
  return warmModel(await openedOf(folder, own), { ...session, own, ...inMemory })
}

const inMemory: Pick<Setting, 'access' | 'store' | 'provenance'> = {
  access: { bytes: unnamed, picture: unnamed, model: unnamed, data: unnamed },
  store: memoryStore(),
  provenance: {},
}

function unnamed(name = 'the training data'): Promise<never> {
  throw new TweedieError('usage', `${name}: nothing is read by name here`, {
    hint: 'give the values, or open the model from a folder on a disk',
  })
}
