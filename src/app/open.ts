/** Opens a model from memory. */
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import { TweedieError } from '../errors.ts'
import type { FamilyModel, OwnParts, Setting } from '../families/family.ts'
import { entryNamed, type Opened } from '../families/registry.ts'
import type { ModelFolder } from '../files/io/model-folder.ts'
import { inMemory } from './in-memory.ts'
import { openedOf } from './opened.ts'
import { type RemoteOptions, withRemote } from './remote.ts'
import { type WarmModel, warmModel } from './warm-model.ts'

/** Where a model computes, and the user's own parts. */
export interface OpenOptions extends Pick<SessionOptions, 'device' | 'threads'>, Pick<Setting, 'onRemark'> {
  readonly engine: Engine
  readonly own?: OwnParts | undefined
  /** A server that evaluates the network; everything else is computed here. */
  readonly remote?: RemoteOptions | undefined
}

/** A model in memory, or what its folder holds. */
export type ModelSource = FamilyModel | ModelFolder

/**
 * Opens a model. Items, other models and data are values here: nothing is read by name.
 *
 * @throws TweedieError `model` for an unknown family, or parts that do not fit together; `usage` for what is no model
 * @example
 * using painter = await openModel(await fit(points, { minutes: 1, engine }), { engine })
 * const drawn = await painter.draw({ count: 4, seed: 1 })
 */
export async function openModel(
  source: ModelSource,
  { own = {}, remote, ...session }: OpenOptions,
): Promise<WarmModel> {
  const opened = await openedFrom(source, own, session.onRemark)
  const placed = remote ? await withRemote(opened, remote, 'model', own) : opened
  return warmModel(placed, { ...session, own, ...inMemory() })
}

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
