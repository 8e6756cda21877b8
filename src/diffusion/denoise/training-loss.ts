/** The training loss of a network: the denoising loss, plus the variational bound if it learns variances. */
import type { Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { coefficientsAt, denoisingLoss, itemCoefficients, type LossGraph } from './objective.ts'
import type { Objective } from './objective-spec.ts'
import {
  type HybridOptions,
  hybridLoss,
  learnsVariance,
  varianceCoefficients,
  varianceCoefficientsAt,
} from './objectives/learned-variance.ts'

/** The loss of a batch; but for `dropout` and `conditions`, `options` are for networks that learn variances. */
export function trainingLoss(network: Network, scope: Scope, batch: number, options: HybridOptions): LossGraph {
  if (learnsVariance(network)) return hybridLoss(network, scope, batch, options)
  return denoisingLoss(network, scope, batch, { dropout: options.dropout, conditions: options.conditions })
}

/** The inputs for every item besides data, noise, time and label: names, and their values at time t. */
export function trainingCoefficients(
  network: Network,
  objective: Objective,
): { readonly names: readonly string[]; readonly at: (t: number) => readonly number[] } {
  if (!learnsVariance(network)) return { names: itemCoefficients, at: (t) => coefficientsAt(objective, t) }
  return {
    names: [...itemCoefficients, ...varianceCoefficients],
    at: (t) => [...coefficientsAt(objective, t), ...varianceCoefficientsAt(objective, t)],
  }
}
