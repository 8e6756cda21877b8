/**
 * An autoencoder and the diffusion model of its codes, trained together on one bound:
 *
 *     −log p(x) ≤ E_q[−log p(x | z₀)] − H(q(z₀ | x)) + CE(q(z₀ | x) ‖ p(z₀)).
 *
 * The autoencoder follows the bound itself. The prior may follow the same error under another weighting, such as the simple one, at the
 * same times. One pass gives both gradients: every item is computed alone, so what reaches its code only has to be multiplied by the
 * ratio of the two weights.
 *
 * Vahdat, Kreis & Kautz, Score-based Generative Modeling in Latent Space (2021), https://arxiv.org/abs/2106.05931
 */
import { add, input, mean, mul, neg, sizeOf, square, stopGradient, sub } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { Dropout, Network } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { TweedieError } from '../../errors.ts'
import { answerOf, coefficientsAt, itemCoefficients, itemMean, perItem } from '../denoise/objective.ts'
import type { Objective } from '../denoise/objective-spec.ts'
import { boundOf, type LatentBound } from './bound.ts'
import { crossEntropyRest, crossEntropyTimes, crossEntropyWeight, restOf } from './cross-entropy.ts'
import { type DiagonalGaussian, gaussianEntropy, sumOverItem } from './gaussian.ts'
import { mixedPrediction, normalSkip } from './mixed-score.ts'

/** Inputs at every step besides noise: one number for each item. */
export const jointCoefficients = [...itemCoefficients, 'bound', 'pull', 'skip'] as const

/** What a joint loss is of. */
export interface JointParts {
  /** The prior's network, and where its parameters are declared. */
  readonly network: Network
  readonly scope: Scope
  /** m of each channel, `[C]`; without it, the network's prediction alone. */
  readonly mixture?: Tensor | undefined
  readonly objective: Objective
  /** q(z₀ | x) as the network sees codes, `[N, ...inputShape]`, and a draw from it. */
  readonly posterior: DiagonalGaussian
  readonly z0: Tensor
  /** log p(x | z₀), `[N]`. */
  readonly logLikelihood: Tensor
  /** How the network's activations are dropped; left out, they are not. */
  readonly dropout?: Dropout | undefined
}

/** The loss of a batch, and the bound of each item. */
export interface JointLoss extends LatentBound<'reconstruction' | 'negativeEntropy' | 'crossEntropy'> {
  /** The mean of the bound; its gradients are those of both objectives, per dimension of a code. */
  readonly loss: Tensor
}

/**
 * The objective with times that suit both: the prior's weights are divided by their density.
 *
 * @param objective with uniform times
 */
export function jointObjective(objective: Objective): Objective {
  const times = crossEntropyTimes(objective.schedule)
  return Object.freeze({ ...objective, times, weight: (t: number) => objective.weight(t) / times.correction(t) })
}

/**
 * The loss. Inputs besides those of its tensors: `epsilon` `[N, ...inputShape]`, `t` `[N]` in the network's units, the network's
 * conditions, and {@link jointCoefficients}, `[N]`.
 */
export function jointLoss(parts: JointParts): JointLoss {
  const { network, scope, mixture, objective, posterior, z0, logLikelihood, dropout } = parts
  const batch = z0.shape[0]!
  const size = sizeOf(z0.shape.slice(1))
  const { x, output, target } = answerOf(network, scope, batch, {
    x0: pulled(z0, perItem('pull', network, batch)),
    dropout,
  })
  const prediction = mixture ? mixedPrediction(output, x, perItem('skip', network, batch), mixture) : output
  const error = itemMean(square(sub(prediction, target)))
  const reconstruction = neg(logLikelihood)
  const negativeEntropy = neg(sumOverItem(gaussianEntropy(posterior)))
  const rest = restOf(z0, crossEntropyRest(objective.schedule, objective.times))
  const bound = boundOf({
    reconstruction,
    negativeEntropy,
    crossEntropy: add(mul(mul(input('bound', [batch]), error), size), rest),
  })
  const autoencoder = mul(add(add(reconstruction, negativeEntropy), rest), 1 / size)
  const slopes = mean(add(autoencoder, mul(input('weight', [batch]), error)))
  return { loss: add(stopGradient(mean(bound.total)), sub(slopes, stopGradient(slopes))), ...bound }
}

/** `z` itself, and `factor` times its gradient. */
function pulled(z: Tensor, factor: Tensor): Tensor {
  const fixed = stopGradient(z)
  return add(fixed, mul(factor, sub(z, fixed)))
}

/**
 * The coefficients of an item at time t, in the order of {@link jointCoefficients}.
 *
 * @throws TweedieError `usage` where the prior's weight is 0, and the bound's is not
 */
export function jointCoefficientsAt(objective: Objective, t: number): readonly number[] {
  const { schedule, parametrisation, times, view } = objective
  const coefficients = coefficientsAt(objective, t)
  const weight = coefficients[4]
  const bound = crossEntropyWeight(schedule, parametrisation, times, t)
  if (weight === 0 && bound > 0) {
    throw new TweedieError('usage', `the prior's weight at t = ${t} is 0, where its error counts in the bound`, {
      hint: 'a weighting that is positive at all times',
    })
  }
  const skip = normalSkip(schedule, parametrisation, t) / view.scale(t)
  return [...coefficients, bound, bound === 0 ? 0 : bound / weight, skip]
}
