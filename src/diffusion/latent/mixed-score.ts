/**
 * The mixed score of a prior of codes: the prediction of N(0, I), and a network's, mixed by a learned share m of each channel,
 *
 *     ε̂(z_t, t) = (1 − m) σ_t z_t + m ε̂_θ(z_t, t)
 *
 * where α² + σ² = 1. Codes that their divergence from N(0, I) has shaped are nearly normal, and the network learns only what is left.
 * Of any prediction a z₀ + b ε the normal part is skip(t) z_t. Of v it vanishes: v̂ = m v̂_θ, so that the mixture is a factor of the
 * network's output, and a model folder needs no other place for it than the last layer's weights.
 *
 * Vahdat, Kreis & Kautz, Score-based Generative Modeling in Latent Space (2021), section 3.2, https://arxiv.org/abs/2106.05931
 */
import { add, mul, reshape, sigmoid, sub } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { inParts, type Initializer, type Scope } from '../../engine/nn/parameters.ts'
import type { Schedule } from '../noise/schedule.ts'
import type { Parametrisation } from '../denoise/parametrisation.ts'

/** log m/(1 − m) is this times its parameter, so that it moves in pace with the weights. */
export const mixturePace = 10
/** The parameter's name. */
export const mixtureName = 'logit'

/** The factor of z_t in the prediction of N(0, I): (a α + b σ) / (α² + σ²), as E[z₀ | z_t] = α z_t / (α² + σ²), and ε alike. */
export function normalSkip(schedule: Schedule, parametrisation: Parametrisation, t: number): number {
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  const { sample, noise } = parametrisation.weights(schedule, t)
  return (sample * alpha + noise * sigma) / (alpha ** 2 + sigma ** 2)
}

/** m of each channel as a parameter of `scope`: `[channels]`. @param first its first value */
export function mixture(scope: Scope, channels: number, first = 0.5): Tensor {
  return sigmoid(mul(scope.parameter(mixtureName, [channels], mixtureInit(first)), mixturePace))
}

/** The parameter's first value. */
export function mixtureInit(share: number): Initializer {
  return inParts(Math.log(share / (1 - share)) / mixturePace)
}

/** m of each channel for values of the parameter of {@link mixture}. */
export function mixtureValues(logits: ArrayLike<number>): number[] {
  return Array.from(logits, (each) => 1 / (1 + Math.exp(-mixturePace * each)))
}

/**
 * (1 − m) skip z_t + m `output`, `[N, C, ...]`.
 *
 * @param output the network's prediction, `[N, C, ...]` @param z z_t, of the same shape
 * @param skip what {@link normalSkip} gives for each item, in a shape that broadcasts to it
 * @param share m of each channel, `[C]`
 */
export function mixedPrediction(output: Tensor, z: Tensor, skip: Tensor | number, share: Tensor): Tensor {
  const m = reshape(share, [1, share.shape[0]!, ...output.shape.slice(2).map(() => 1)])
  if (skip === 0) return mul(m, output)
  return add(mul(sub(1, m), mul(skip, z)), mul(m, output))
}
