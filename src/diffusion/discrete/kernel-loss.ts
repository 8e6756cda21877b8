/** The loss of one kernel: a graph, and its inputs. */
import type { Tensor } from '../../engine/graph/index.ts'
import type { BoundTerm } from './terms.ts'

/** Arrays by the names of the graph's inputs. */
export type FedArrays = Readonly<Record<string, Float32Array | Int32Array>>

/** The weight of each loss. */
export interface LossShares {
  readonly bound: number
  readonly crossEntropy: number
}

/** One item of a batch: tokens `from` ≤ i < `to` of all. */
export interface LossItem {
  readonly item: number
  readonly from: number
  readonly to: number
  readonly term: BoundTerm
  readonly x0: Int32Array
  readonly xt: Int32Array
  readonly shares: LossShares
}

/** The loss of a kernel. */
export interface KernelLoss {
  /** Empty arrays for its own inputs. */
  arrays(batch: number, size: number): Record<string, Float32Array | Int32Array>
  /** From logits `[tokens, K]` to the loss of each token, `[tokens]`. */
  graph(logits: Tensor, batch: number): Tensor
  /** Fills the arrays for an item. */
  fill(feeds: FedArrays, item: LossItem): void
}
