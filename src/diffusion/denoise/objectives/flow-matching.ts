/** Flow matching: a velocity field is learned that carries noise to data along straight lines. */
import { add, expandDims, mul, square, sub, type Tensor } from '../../../engine/graph/index.ts'
import { itemMean, type LossGraph } from '../objective.ts'
import { meanLoss } from './score-function.ts'

/** v̂(x, t), `[N, ...shape]` and `[N]` to `[N, ...shape]`. */
export type VelocityFunction = (x: Tensor, t: Tensor) => Tensor

/** What a batch of straight lines is made of. */
export interface FlowBatch {
  /** Data, at t = 0, `[N, ...shape]`. */
  readonly x0: Tensor
  /** Noise, at t = 1: independent of the data, or coupled with it (a second round of rectified flow). */
  readonly epsilon: Tensor
  /** Times in [0, 1], `[N]`. */
  readonly t: Tensor
}

/**
 * E |v̂(x_t, t) − dx_t/dt|² / dim on lines x_t = (1 − t) x₀ + (σ_min + (1 − σ_min) t) ε, of velocity (1 − σ_min) ε − x₀. With
 * σ_min = 0 it is rectified flow; with a little of it the optimal-transport paths of conditional flow matching, which end
 * in small Gaussians around the data.
 *
 * - Flow Straight and Fast (Liu et al., 2022), https://arxiv.org/abs/2209.03003
 * - Flow Matching for Generative Modeling (Lipman et al., 2022), section 4.1, https://arxiv.org/abs/2210.02747 (time runs
 *   the other way)
 */
export function flowMatching(
  velocity: VelocityFunction,
  { x0, epsilon, t }: FlowBatch,
  { sigmaMin = 0 }: { readonly sigmaMin?: number } = {},
): LossGraph {
  const time = expandDims(
    t,
    x0.shape.slice(1).map((_, axis) => axis + 1),
  )
  const noise = add(mul(time, 1 - sigmaMin), sigmaMin)
  const x = add(mul(sub(1, time), x0), mul(noise, epsilon))
  const target = sub(mul(epsilon, 1 - sigmaMin), x0)
  return meanLoss(itemMean(square(sub(velocity(x, t), target))))
}
