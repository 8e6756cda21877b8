/**
 * Learned variances: the network has twice the channels, and the second half, 2v − 1, puts the variance of the reverse
 * step between β̃ and β, log Σ = v log β + (1 − v) log β̃. The mean is trained as usual, and the variance by the
 * variational bound, in which the mean is a constant:
 *
 *     L = L_simple + λ T L_{t−1},    L_{t−1} = ½ (log Σ/β̃ − 1 + (β̃ + |μ̃ − μ|²)/Σ),    L₀ = −log P(x₀ | N(x̂₀, Σ)),
 *
 * all per dimension and in nats.
 *
 * Improved Denoising Diffusion Probabilistic Models (Nichol & Dhariwal, 2021), section 3.1, https://arxiv.org/abs/2102.09672
 */
import { TweedieError } from '../../../errors.ts'
import {
  add,
  erf,
  exp,
  log,
  max,
  mean,
  mul,
  slice,
  square,
  stopGradient,
  sub,
  type Tensor,
  where,
  greater,
} from '../../../engine/graph/index.ts'
import type { Dropout, Network } from '../../../engine/nn/network.ts'
import type { Scope } from '../../../engine/nn/parameters.ts'
import { transition } from '../../noise/kernel.ts'
import { answerOf, itemMean, type LossGraph, perItem, weightedError } from '../objective.ts'
import type { Objective } from '../objective-spec.ts'
import { viewOf } from '../parametrisation.ts'

/** Inputs besides the coefficients of the denoising loss: one number for each item. */
export const varianceCoefficients = ['logLarge', 'logSmall', 'dataError', 'step', 'first'] as const

/** The weight of the bound, and the kind of data. */
export interface HybridOptions {
  /** T, the number of levels. */
  readonly levels: number
  /** λ; default 0.001. */
  readonly lambda?: number
  /** How far two values of the data are apart, for data with a few values (bytes in [−1, 1]: 2/255); default a density. */
  readonly bin?: number
  /** How the network's activations are dropped; left out, they are not. */
  readonly dropout?: Dropout | undefined
  /** Conditions that are expressions themselves, instead of inputs, by name. */
  readonly conditions?: Readonly<Record<string, Tensor>> | undefined
}

/** Whether a network has twice the channels, the second half for variances. */
export function learnsVariance({ inputShape, outputShape }: Pick<Network, 'inputShape' | 'outputShape'>): boolean {
  return outputShape[0] === 2 * inputShape[0]! && outputShape.slice(1).join() === inputShape.slice(1).join()
}

/** L_simple + λ T L_vlb. Its inputs are those of `denoisingLoss` and {@link varianceCoefficients}. */
export function hybridLoss(network: Network, scope: Scope, batch: number, options: HybridOptions): LossGraph {
  const { levels, lambda = 0.001, dropout, conditions } = options
  const { x0, target, output } = answerOf(network, scope, batch, { dropout, conditions })
  const channels = x0.shape[1]!
  const prediction = slice(output, 1, 0, channels)
  const simple = weightedError(prediction, target)

  const at = (name: (typeof varianceCoefficients)[number]): Tensor => perItem(name, network, batch)
  const [logLarge, logSmall] = [at('logLarge'), at('logSmall')]
  const v = mul(add(slice(output, 1, channels), 1), 0.5)
  const logVariance = add(mul(v, logLarge), mul(sub(1, v), logSmall))
  const precision = exp(mul(logVariance, -1))
  /** x₀ − x̂₀, a constant. */
  const error = mul(at('dataError'), stopGradient(sub(prediction, target)))

  const spread = add(exp(logSmall), square(mul(at('step'), error)))
  const divergence = mul(add(sub(sub(logVariance, logSmall), 1), mul(spread, precision)), 0.5)
  const decoder =
    options.bin === undefined
      ? mul(add(add(logVariance, Math.log(2 * Math.PI)), mul(square(error), precision)), 0.5)
      : negativeLogMass(x0, error, exp(mul(logVariance, -0.5)), options.bin / 2)
  const bound = itemMean(where(greater(at('first'), 0.5), decoder, divergence))
  const itemLoss = add(simple, mul(bound, lambda * levels))
  return { loss: mean(itemLoss), itemLoss }
}

/** −log of the mass that N(x̂₀, Σ) puts on the bin x₀ ± δ, the outermost bins reaching to infinity. */
function negativeLogMass(x0: Tensor, error: Tensor, inverseSigma: Tensor, half: number): Tensor {
  const below = (edge: number): Tensor => mul(add(erf(mul(mul(add(error, edge), inverseSigma), Math.SQRT1_2)), 1), 0.5)
  const [left, right] = [below(-half), below(half)]
  const upTo = where(greater(x0, 1 - half), 1, right)
  const from = where(greater(x0, -1 + half), left, 0)
  return mul(log(max(sub(upTo, from), 1e-12)), -1)
}

/**
 * The numbers of an item at time t, in the order of {@link varianceCoefficients}: log β, log β̃, the factor from the error of
 * the prediction to x₀ − x̂₀, the factor from there to μ̃ − μ, and whether it is the first level.
 *
 * @throws TweedieError `usage` if the schedule has no table: there are no steps to learn a variance for
 */
export function varianceCoefficientsAt({ schedule, parametrisation }: Objective, t: number): readonly number[] {
  const { table } = schedule
  if (!table) {
    throw new TweedieError('usage', `variances are learned for the steps of a table; ${schedule.name} has none`, {
      hint: 'choose a table of noise levels',
    })
  }
  const first = t < 1.5 / table.steps
  const { variance, posterior } = transition(schedule, first ? 0 : t - 1 / table.steps, t)
  // the first step's β̃ is 0: the second's stands in
  const small = first ? transition(schedule, t, t + 1 / table.steps).posterior.variance : posterior.variance
  const dataError = -1 / viewOf(parametrisation, schedule, t).mean
  return [Math.log(variance), Math.log(small), dataError, posterior.sample, Number(first)]
}
