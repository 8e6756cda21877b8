/** Opens a model from memory. */
import type { Engine, SessionOptions } from '../engine/runtime/session.ts'
import type { OwnParts, Setting } from '../families/family.ts'
import { inMemory } from './in-memory.ts'
import { type ModelSource, openedFrom } from './opened-from.ts'
import { type RemoteOptions, withRemote } from './remote.ts'
import { type WarmModel, warmModel } from './warm-model.ts'

export { type ModelSource, openedFrom } from './opened-from.ts'

/** Where a model computes, and the user's own parts. */
export interface OpenOptions extends Pick<SessionOptions, 'device' | 'threads'>, Pick<Setting, 'onRemark'> {
  readonly engine: Engine
  readonly own?: OwnParts | undefined
  /** A server that evaluates the network; everything else is computed here. */
  readonly remote?: RemoteOptions | undefined
}

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
