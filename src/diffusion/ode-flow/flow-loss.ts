/**
 * Maximum likelihood through the solve. Along dx/dt = v(x, t) the log-density falls by the divergence, d log p/dt = −∇·v, so from data
 * at t = 0 to white noise at t = 1
 *
 *     −log p₀(x₀) = ½ |x₁|² + ½ D ln 2π − ∫₀¹ ∇·v dt,
 *
 * and the loss adds two penalties, per dimension, that keep paths straight and the field smooth (RNODE):
 *
 *     λ_K/D ∫₀¹ |v|² dt + λ_J/D ∫₀¹ |εᵀ ∂v/∂x|² dt.
 *
 * - Neural Ordinary Differential Equations (Chen et al., 2018), https://arxiv.org/abs/1806.07366
 * - FFJORD (Grathwohl et al., 2019), https://arxiv.org/abs/1810.01367
 * - How to Train Your Neural ODE (Finlay et al., 2020), https://arxiv.org/abs/2002.02798
 */
import { add, mean, mul, reshape, square, sub, sum } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { sizeOf } from '../denoise/denoiser.ts'
import type { LossGraph } from '../denoise/objective.ts'
import type { Integrals, Integrand, PathPoint } from './solve-graph.ts'

/** The loss besides the likelihood, and its unit. */
export interface FlowLossOptions {
  /** λ_K, of the kinetic energy; default 0. */
  readonly kinetic?: number | undefined
  /** λ_J, of the squared Jacobian; default 0. */
  readonly jacobian?: number | undefined
  /** The factor of −log p, such as 1 / (D ln 2) for bits per dimension; default 1. */
  readonly unit?: number | undefined
  /** Added to −log p in nats: from a density of the network's values to one of the data's; default 0. */
  readonly stretch?: number | undefined
}

/** The integrals that a loss needs. */
export function wantedIntegrals({ kinetic = 0, jacobian = 0 }: FlowLossOptions): readonly Integrand[] {
  return [
    'divergence',
    ...(kinetic > 0 ? (['kinetic'] as const) : []),
    ...(jacobian > 0 ? (['jacobian'] as const) : []),
  ]
}

/** The factor of each integral in an item's loss. */
export function integralWeights(options: FlowLossOptions, size: number): Readonly<Record<Integrand, number>> {
  const { kinetic = 0, jacobian = 0, unit = 1 } = options
  return { divergence: -unit, kinetic: kinetic / size, jacobian: jacobian / size }
}

/** −log N(x; 0, I) of each item in nats, `[N]`. */
export function whiteNoiseCost(x: Tensor): Tensor {
  const size = sizeOf(x.shape.slice(1))
  return add(mul(sum(square(reshape(x, [x.shape[0]!, size])), 1), 0.5), (size * Math.log(2 * Math.PI)) / 2)
}

/** −log p₀ of each item in nats, `[N]`, from the end of its path. */
export function flowCost({ x, integrals }: PathPoint): Tensor {
  return sub(whiteNoiseCost(x), integrals.divergence!)
}

/** The loss of a batch from the ends of its paths. */
export function flowLoss({ x, integrals }: PathPoint, options: FlowLossOptions = {}): LossGraph {
  const { unit = 1, stretch = 0 } = options
  const weights = integralWeights(options, sizeOf(x.shape.slice(1)))
  const terms = (Object.keys(integrals) as (keyof Integrals)[]).map((name) => mul(integrals[name]!, weights[name]))
  const itemLoss = terms.reduce((total, term) => add(total, term), mul(add(whiteNoiseCost(x), stretch), unit))
  return { loss: mean(itemLoss), itemLoss }
}
