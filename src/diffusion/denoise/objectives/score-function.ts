/**
 * Scores as graphs: what score matching trains. A score function maps points `[N, d]` to ∇ log p(x) `[N, d]`, each item by
 * itself; it may be a network, or minus the gradient of an energy, p ∝ e^{−E}, whose normaliser is never needed.
 */
import { TweedieError } from '../../../errors.ts'
import { gradients, mean, mul, neg, showShape, sum, type Tensor } from '../../../engine/graph/index.ts'
import type { LossGraph } from '../objective.ts'

/** ŝ(x), `[N, d] → [N, d]`. */
export type ScoreFunction = (x: Tensor) => Tensor

/** E(x), `[N, d] → [N]`, or `[N, 1]`. */
export type EnergyFunction = (x: Tensor) => Tensor

/**
 * The score of an energy-based model, −∇E(x).
 *
 * A Tutorial on Energy-Based Learning (LeCun et al., 2006); How to Train Your Energy-Based Models (Song & Kingma, 2021),
 * https://arxiv.org/abs/2101.03288
 */
export function scoreOfEnergy(energy: EnergyFunction): ScoreFunction {
  return (x) => neg(gradients(sum(energy(x)), [x])[0]!)
}

/** Each item's loss, `[N]`, and their mean. */
export function meanLoss(itemLoss: Tensor): LossGraph {
  return { loss: mean(itemLoss), itemLoss }
}

/** aᵀ b of each item, `[N, d] → [N]`. */
export function dot(a: Tensor, b: Tensor): Tensor {
  return sum(mul(a, b), 1)
}

/** Refuses anything but `[N, d]`. */
export function requirePoints(what: string, x: Tensor): void {
  if (x.shape.length === 2) return
  throw new TweedieError('shape', `${what}: points are [N, d], got ${showShape(x.shape)}`, {
    hint: 'reshape items to vectors',
  })
}
