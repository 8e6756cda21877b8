/** What models of all families have, and what a specification of a kind of model is. */
import type { TweedieMeta } from '../files/io/tweedie-meta.ts'
import type { Adapters } from '../tools/train/lora.ts'
import type { NewWord } from '../tools/train/new-word.ts'
import type { BaseSpec } from '../tools/train/spec.ts'

/** A model in memory, as far as it is the same for all families. */
export interface FamilyModel {
  /** The name of its family. */
  readonly family: string
  /** The names of its classes, in the order of their numbers; none for an unconditional model. */
  readonly classNames: readonly string[]
  readonly meta: TweedieMeta
  /** The adapters that made it, of a model whose training has just made them. */
  readonly adapters?: Adapters | undefined
  /** The word that a model whose training has just made it has learned. */
  readonly word?: NewWord | undefined
}

declare const model: unique symbol

/** A specification of this kind of model; the mark is for types alone. */
export interface SpecFor<Model> extends BaseSpec {
  /** The name of the family; missing in older specifications. */
  readonly family?: string
  readonly [model]?: Model
}
