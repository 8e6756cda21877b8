/** Sums over an item. */
import { reshape, sum } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'

/** The sum over everything but the batch axis, `[N, ...] → [N]`. */
export function sumItems(x: Tensor): Tensor {
  return sum(reshape(x, [x.shape[0]!, -1]), 1)
}
