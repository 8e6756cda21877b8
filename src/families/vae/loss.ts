/** The loss of an autoencoder as a graph: the bound, its divergence weighted, or the importance-weighted bound. */
import { add, input, mean, mul, neg, reshape } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { Autoencoder } from '../../engine/nn/autoencoder.ts'
import { inParts, type Initializer, type Scope } from '../../engine/nn/parameters.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import {
  autoencoderBound,
  type DecoderLaw,
  freeBits,
  importanceBound,
  logWeightsOf,
} from '../../diffusion/latent/index.ts'
import type { VaeTrainSpec } from './spec.ts'

/** log σ is this times its parameter, so that it moves in pace with the weights: σ often falls to a tenth or less. */
export const sigmaPace = 10
/** The parameter's name. */
export const sigmaName = 'log_sigma'

/** The parameter's first value. */
export function sigmaInit(sigma: number): Initializer {
  return inParts(Math.log(sigma) / sigmaPace)
}

/** What the loss is of. */
export interface LossSetting {
  readonly autoencoder: Autoencoder
  readonly law: DecoderLaw
  /** One item, within what the network sees. */
  readonly item: readonly number[]
  readonly bound: VaeTrainSpec['bound']
}

/**
 * The loss of so many items, in nats for each. Inputs: `x` `[N, ...inputShape]`, `noise` `[N, draws, ...latentShape]`, and
 * `kl_weight` `[N]`, the weight of the divergence at this step. Each item's own loss is reported without weights: the plain bound.
 *
 * @param scopes of the autoencoder's parameters, and of the law's
 */
export function vaeLoss(
  { autoencoder, law, item, bound }: LossSetting,
  scopes: { readonly autoencoder: Scope; readonly law: Scope },
  items: number,
): LossGraph {
  const { draws } = bound
  const weight = input('kl_weight', [items])
  const made = autoencoderBound(autoencoder, scopes.autoencoder, law, {
    x: input('x', [items, ...autoencoder.inputShape]),
    noise: input('noise', [items, draws, ...autoencoder.latentShape]),
    logSigma: law.hasSigma ? mul(scopes.law.parameter(sigmaName, [1], sigmaInit(1)), sigmaPace) : undefined,
    within: item.length === 3 ? item : undefined,
  })
  if (draws > 1) {
    const ratio = reshape(mul(reshape(made.logRatio, [items, draws]), reshape(weight, [items, 1])), [items * draws])
    return {
      loss: neg(mean(importanceBound(add(made.logLikelihood, ratio), draws))),
      itemLoss: neg(importanceBound(logWeightsOf(made), draws)),
    }
  }
  const { reconstruction, kl } = made.terms
  const divergence: Tensor =
    bound.freeBits > 0 ? mul(mean(weight), freeBits(made.klByDimension, bound.freeBits)) : mean(mul(weight, kl))
  return { loss: add(mean(reconstruction), divergence), itemLoss: made.total }
}
