/** Conditions of a network that other parts make while all learn together: of words, of pictures. */
import type { Tensor } from '../engine/graph/index.ts'
import type { Dropout } from '../engine/nn/network.ts'
import type { Scope } from '../engine/nn/parameters.ts'
import type { Key } from '../engine/random/index.ts'
import type { TrainParts } from '../tools/train/parts.ts'

/** The items of a step. */
export interface ConditionBatch {
  readonly key: Key
  readonly step: number
  readonly indices: ArrayLike<number>
}

/** Arrays of a batch by the names of a loss's inputs. */
export type LearnedFeeds = Readonly<Record<string, Float32Array | Int32Array>>

/** What makes conditions. */
export interface LearnedConditions {
  /** Their names: they are then no inputs of the loss. */
  readonly made: ReadonlySet<string>
  /** These conditions of so many items. */
  conditions(parts: TrainParts, scope: Scope, items: number, dropout: Dropout): Readonly<Record<string, Tensor>>
  /** Changes the items of a step in place before the network sees them, `[batch, ...item]` in [−1, 1]; left out: they stay as they are. */
  readonly changed?: ((items: Float32Array, step: number, batch: number) => void) | undefined
  /** Arrays for a batch. */
  feeds(batch: number): LearnedFeeds
  /**
   * Fills them, and gives which items are told nothing at all, neither by these conditions nor by others.
   *
   * @param left those that are already told nothing; default none
   */
  fill(feeds: LearnedFeeds, batch: ConditionBatch, left?: (j: number) => boolean): (j: number) => boolean
}

/** Several of them as one: what the first tell nothing at all, the later ones do not either. Undefined where there are none. */
export function together(...some: readonly (LearnedConditions | undefined)[]): LearnedConditions | undefined {
  const all = some.filter((each) => each !== undefined)
  if (all.length === 0) return undefined
  const changes = all.flatMap(({ changed }) => changed ?? [])
  return {
    ...(changes.length > 0 && { changed: (...step) => changes.forEach((change) => change(...step)) }),
    made: new Set(all.flatMap(({ made }) => [...made])),
    conditions: (...scope) => Object.assign({}, ...all.map((each) => each.conditions(...scope))),
    feeds: (batch) => Object.assign({}, ...all.map((each) => each.feeds(batch))),
    fill: (feeds, batch, left = () => false) => all.reduce((nothing, each) => each.fill(feeds, batch, nothing), left),
  }
}
