/** The training loss of molecules. */
import { answerOf, type LossGraph } from '../../diffusion/denoise/objective.ts'
import { input, mean, mul, square, sub, sum } from '../../engine/graph/index.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'

/**
 * w Σ |m̂ − m|² of each item over its atoms and axes, with the input `weight` `[N]`, which has the division by the dimensions in it. Empty
 * places add nothing: there data, noise and prediction are zero.
 */
export function moleculeLoss(network: Network, scope: Scope, items: number): LossGraph {
  const { target, output } = answerOf(network, scope, items)
  const itemLoss = mul(input('weight', [items]), sum(square(sub(output, target)), [1, 2]))
  return { loss: mean(itemLoss), itemLoss }
}
