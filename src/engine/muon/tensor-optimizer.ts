/** Optimisers whose rule is about tensors and their shapes, and that need an engine. */
import type { OptimizerState, UpdateOptions } from '../optim/optimizer.ts'
import type { TensorPlace } from '../optim/muon-options.ts'
import type { Engine } from '../runtime/session.ts'

/** Once it is told the tensors, it works like any other optimiser. */
export interface TensorOptimizer {
  readonly name: string
  /** The state before the first update, for `size` parameters. */
  init(size: number): OptimizerState
  /**
   * The optimiser for tensors that lie one after the other in a flat array.
   *
   * @param threads inside one operator of a graph
   */
  forTensors(
    tensors: readonly TensorPlace[],
    engine: Engine,
    options?: { readonly threads?: number | undefined },
  ): Promise<PlacedOptimizer>
}

/** An optimiser that knows its tensors; dispose when done. */
export interface PlacedOptimizer extends Disposable {
  readonly name: string
  /**
   * One update of `params`, `state` and the average, in place. Always with the same arrays of parameters and gradients. The gradients are
   * used up: what they hold afterwards is undefined.
   *
   * @param rate the learning rate
   * @returns the norm of the (scaled) gradient before clipping; when it is not finite, nothing was changed
   */
  update(
    params: Float32Array,
    gradients: Float32Array,
    state: OptimizerState,
    rate: number,
    options?: UpdateOptions,
  ): Promise<number>
  dispose(): void
}
