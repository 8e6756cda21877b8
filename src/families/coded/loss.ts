/** The loss of a model of codes: a bound with its divergence weighted, or the importance-weighted bound. */
import { add, input, mean, mul, neg, reshape } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { freeBits, importanceBound } from '../../diffusion/latent/index.ts'
import type { BoundSpec } from './coded-spec.ts'

/** A bound of items, with what its loss is made of. */
export interface BoundParts {
  /** −log p(x | z), the mean over draws, `[N]`. */
  readonly reconstruction: Tensor
  /** The divergence, `[N]`. */
  readonly kl: Tensor
  /** The parts of the divergence that may cost so many nats each without a penalty, `[N, ...]`. */
  readonly klParts: Tensor
  /** The bound, `[N]`. */
  readonly total: Tensor
  /** log p(x | z) and log p(z) − log q(z | x) of each draw, `[N · k]`. */
  readonly logLikelihood: Tensor
  readonly logRatio: Tensor
}

/**
 * The loss of so many items, in nats for each. An input, `kl_weight` `[N]`, is the weight of the divergence at this step. Each item's
 * own loss is reported without weights: the plain bound.
 */
export function boundLoss(made: BoundParts, { draws, freeBits: nats }: BoundSpec, items: number): LossGraph {
  const weight = input('kl_weight', [items])
  if (draws > 1) {
    const ratio = reshape(mul(reshape(made.logRatio, [items, draws]), reshape(weight, [items, 1])), [items * draws])
    return {
      loss: neg(mean(importanceBound(add(made.logLikelihood, ratio), draws))),
      itemLoss: neg(importanceBound(add(made.logLikelihood, made.logRatio), draws)),
    }
  }
  const divergence = nats > 0 ? mul(mean(weight), freeBits(made.klParts, nats)) : mean(mul(weight, made.kl))
  return { loss: add(mean(made.reconstruction), divergence), itemLoss: made.total }
}
