/** Optimisers as expressions: what differs between them. */
import type { Tensor } from '../graph/index.ts'

/** Tensors by name. */
export type Named = Readonly<Record<string, Tensor>>

/**
 * An optimiser as an expression. It has the name, the slots and the numbers of the optimiser of `optim/` that it follows, so a
 * checkpoint of the one continues with the other.
 */
export interface DescentRule {
  readonly name: string
  /** Arrays as long as the parameters that are kept between updates: `m` and `v` of AdamW. */
  readonly slots: readonly string[]
  /**
   * The numbers that an update takes, worked out in double precision: inputs of the graph, scalars.
   *
   * @param step updates made before
   * @param rate the learning rate
   */
  numbersAt(step: number, rate: number): Readonly<Record<string, number>>
  /**
   * One update.
   *
   * @param params flat, `[n]`
   * @param gradient `[n]`, clipped
   * @param slots `[n]` each
   * @param numbers the scalars that {@link numbersAt} names
   */
  update(params: Tensor, gradient: Tensor, slots: Named, numbers: Named): Moved
}

/** Parameters and slots after an update. */
export interface Moved {
  readonly params: Tensor
  readonly slots: Named
}
