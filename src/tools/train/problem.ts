/**
 * A training problem: named parts, a loss, and batches as a function of the step. Every family makes its own problems;
 * the loop, checkpoints and the run folder work on all of them alike.
 */
import type { AnyDataset } from '../../files/data/any-dataset.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import type { TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { OptimizerState } from '../../engine/optim/optimizer.ts'
import type { Program } from '../../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import type { TrainParts } from './parts.ts'

/**
 * Everything that changes while training; a checkpoint holds just this. The arrays are flat, of all parts that learn: `jointLayout`
 * in `parts.ts` says what lies where.
 */
export interface TrainState {
  /** Steps made. */
  step: number
  readonly params: Float32Array
  /** The running average of the parameters: what is used for sampling. */
  readonly average: Float32Array
  readonly optimizer: OptimizerState
}

/** A source of batches. */
export type TrainData = AnyDataset

/** The arrays of one batch, by the names of the loss graph's inputs. */
export interface Batch {
  readonly feeds: Readonly<Record<string, Float32Array | Int32Array>>
  /** Each item's noise level for reports, the faintest first. */
  readonly levels: Int32Array
}

/** A training step that is not one graph. */
export interface OwnStep {
  /** Expressions whose values are in memory at a time, for so many items: they decide the size of portions. */
  kept(items: number): readonly Tensor[]
  /**
   * Compiles it as a program with the names of the usual one: from the feeds and the parameters to `loss`, `itemLoss` `[items]` and
   * `gradient:NAME`.
   *
   * @param share the factor of the mean over these items in the step: below 1 where a step has several portions
   */
  compile(items: number, share: number, engine: Engine, options: SessionOptions): Promise<Program>
}

/** What a trained state was found to be. */
export interface Review {
  /** For the training record of the model's folder. */
  readonly facts: NonNullable<TweedieMetaInput['training']>
  /** Sentences for people: what is wrong, and what to do. */
  readonly remarks: readonly string[]
}

/** Parts to be trained on data. */
export interface TrainProblem<Model = unknown> {
  /** By the names that they have in the model's folder. At least one learns. */
  readonly parts: TrainParts
  /** How many items one pass over the data has. */
  readonly items: number
  /** The number of noise levels for reported losses. */
  readonly levels: number
  /**
   * The loss of so many items as a graph; the names of its inputs are those of the feeds, and items their first axis. Each part's
   * parameters are declared in its `partScope`. The loss is the mean over items.
   */
  loss(scope: Scope, items: number): LossGraph
  /** Arrays for the items of one step. */
  emptyBatch(): Batch
  /** Fills a batch: a pure function of the step. */
  fill(batch: Batch, step: number): void
  /** Sets the masks of a filled batch so that nothing is dropped, where it has any: for a loss that judges. */
  dropNothing?(batch: Batch): void
  /** Begins to read what a later step will need, where items lie on disk. `fill` gives the same without it, only later. */
  ahead?(step: number): void
  /** How loss and gradients are worked out where one graph of `loss` would be too large; left out, by that graph. */
  readonly ownStep?: OwnStep | undefined
  /** Looks at the averaged weights at the end of training. */
  review?(state: TrainState, engine: Engine, options: Pick<SessionOptions, 'device' | 'threads'>): Promise<Review>
  /**
   * A state as a model: the averaged weights (`partView` has those of a part), with everything that is needed to sample. They change with
   * the next step. What makes it may be loaded when it is asked for.
   */
  snapshot(state: TrainState, training?: TweedieMetaInput['training']): Model | Promise<Model>
}
