/** Log-determinants that do not depend on the item, and sums over an item. */
import { broadcastTo, reshape, sum } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'

/** A scalar for each item of a batch, `[N]`. */
export function perItem(scalar: Tensor, batch: Tensor): Tensor {
  return broadcastTo(reshape(scalar, [1]), [batch.shape[0]!])
}

/** The sum over everything but the batch axis, `[N, ...] → [N]`. */
export function sumItems(x: Tensor): Tensor {
  return sum(reshape(x, [x.shape[0]!, -1]), 1)
}
