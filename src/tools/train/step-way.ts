/// <reference lib="esnext.disposable" preserve="true" />
/** The two ways of making a step, by where the optimiser runs: what they are made from, and what they do. */
import type { Layout } from '../../engine/nn/layout.ts'
import type { Session } from '../../engine/runtime/session.ts'
import type { AnyOptimizer } from './optimizer-of.ts'
import type { lossGraph } from './step-graph.ts'
import type { Batch, TrainProblem, TrainState } from './problem.ts'
import type { Ranks, Reduce } from './ranks.ts'
import type { BaseSpec } from './spec.ts'

/** A step before it is compiled. */
export interface StepTask {
  readonly spec: BaseSpec
  readonly problem: TrainProblem
  readonly layout: Layout
  readonly optimizer: AnyOptimizer
  /** Fills the first state. */
  readonly fillState: (state: TrainState) => void
  /** Two batches that take turns, the first of them filled for this step. */
  readonly batches: (step: number) => readonly [Batch, Batch]
  /** Items that go through the graph at a time, and how many times that is for this process. */
  readonly portion: number
  readonly portions: number
  /** Portions of the whole step, those of other processes included. */
  readonly shares: number
  /** The first item of this process. */
  readonly from: number
  readonly ranks: Ranks
  readonly reduce: Reduce | undefined
  /** The graph of a portion's loss. */
  readonly graph: () => ReturnType<typeof lossGraph>
}

/** What a step found. */
export interface Updated {
  readonly loss: number
  /** Before clipping; not finite where the step was not made. */
  readonly gradientNorm: number
  readonly itemLoss: Float32Array
}

/** A compiled step. */
export interface StepWay extends Disposable {
  readonly session: Pick<Session, 'engine' | 'device'>
  /** The state that was last brought back. */
  readonly state: TrainState
  /** Steps made. */
  readonly made: number
  /** The batches of even and odd steps. */
  readonly batches: readonly [Batch, Batch]
  /**
   * Makes a step with the batch whose turn it is, unless loss or gradient are not finite.
   *
   * @param meanwhile is called while the graph runs
   */
  update(rate: number, meanwhile: () => void): Promise<Updated>
  /** Brings the state to where {@link state} has it, if it is elsewhere. */
  bringBack(): Promise<void>
  dispose(): void
}
