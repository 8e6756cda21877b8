/**
 * The importance-weighted bound: log p(x) ≥ E log (1/k) Σ_i p(x, z_i) / q(z_i | x), z_i from q(z | x). For k = 1 it is the evidence
 * bound; it grows with k, and reaches log p(x) in the limit.
 *
 * Burda, Grosse & Salakhutdinov, Importance Weighted Autoencoders (2015), https://arxiv.org/abs/1509.00519
 */
import { broadcastTo, expandDims, logSumExp, reshape, sub } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'

/** Every item k times, one after another: `[N, ...shape]` → `[N · k, ...shape]`. */
export function repeatItems(x: Tensor, k: number): Tensor {
  if (k === 1) return x
  const [items, ...shape] = x.shape as [number, ...number[]]
  return reshape(broadcastTo(expandDims(x, 1), [items, k, ...shape]), [items * k, ...shape])
}

/**
 * The bound of each item in nats, `[N]`.
 *
 * @param logWeights log p(x, z) − log q(z | x) of each draw, `[N · k]`, those of an item together @param k draws an item
 * @example
 * importanceBound(logWeights, 50)
 */
export function importanceBound(logWeights: Tensor, k: number): Tensor {
  if (k === 1) return logWeights
  return sub(logSumExp(reshape(logWeights, [logWeights.shape[0]! / k, k]), 1), Math.log(k))
}
