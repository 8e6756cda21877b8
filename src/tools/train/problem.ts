/**
 * What the training loop works on: a network, a loss, and batches as a function of the step. Every family of models makes
 * problems of its own; the loop, checkpoints and the run folder know no other difference.
 */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import type { TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { OptimizerState } from '../../engine/optim/optimizer.ts'

/** Everything that changes while training; a checkpoint holds just this. */
export interface TrainState {
  /** Steps made. */
  step: number
  readonly params: Float32Array
  /** The running average of the parameters: what is used for sampling. */
  readonly average: Float32Array
  readonly optimizer: OptimizerState
}

/** What there is to learn from. */
export type TrainData = ArrayDataset | CategoricalDataset

/** The arrays of one batch, by the names of the loss graph's inputs. */
export interface Batch {
  readonly feeds: Readonly<Record<string, Float32Array | Int32Array>>
  /** Each item's level of noise among those that are told apart, the faintest first. */
  readonly levels: Int32Array
}

/** A network to be trained on data. */
export interface TrainProblem<Model = unknown> {
  readonly network: Network
  readonly layout: Layout
  /** How many items one pass over the data has. */
  readonly items: number
  /** How many levels of noise are told apart when losses are reported. */
  readonly levels: number
  /** The loss of so many items as a graph; the names of its inputs are those of the feeds, and items their first axis. */
  loss(scope: Scope, items: number): LossGraph
  /** Arrays for batches. */
  emptyBatch(): Batch
  /** Fills a batch: a pure function of the step. */
  fill(batch: Batch, step: number): void
  /** A state as a model: the averaged weights, with everything that is needed to sample. They change with the next step. */
  snapshot(state: TrainState, training?: TweedieMetaInput['training']): Model
}
