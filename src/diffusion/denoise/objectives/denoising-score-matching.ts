/** Score matching of noisy data: the score of the noise stands in for that of the data. */
import { add, div, expandDims, mul, type Operand, type Tensor } from '../../../engine/graph/index.ts'
import type { LossGraph } from '../objective.ts'
import { dot, meanLoss, requirePoints, type ScoreFunction } from './score-function.ts'

/**
 * E ½ |ŝ(x + σε) + ε/σ|²: −ε/σ is ∇ log q(x̃ | x), and the best ŝ is its mean given x̃, the score of the noisy data p_σ.
 * It equals the explicit objective on p_σ up to a constant.
 *
 * A Connection Between Score Matching and Denoising Autoencoders (Vincent, 2011), https://doi.org/10.1162/NECO_a_00142
 *
 * @param x clean data, `[N, d]`
 * @param epsilon standard normal noise, `[N, d]`
 */
export function denoisingScoreMatching(score: ScoreFunction, x: Tensor, epsilon: Tensor, sigma: number): LossGraph {
  requirePoints('denoising score matching', x)
  const error = add(score(add(x, mul(epsilon, sigma))), div(epsilon, sigma))
  return meanLoss(mul(dot(error, error), 0.5))
}

/** ŝ(x, σ), `[N, d]` and `[N]` to `[N, d]`. */
export type NoiseConditionalScore = (x: Tensor, sigma: Tensor) => Tensor

/**
 * The same over many levels, each weighed by λ(σ) = σ² so that all of them count alike: E ½ |σ ŝ(x + σε, σ) + ε|².
 *
 * Generative Modeling by Estimating Gradients of the Data Distribution (Song & Ermon, 2019), equations 5 and 6,
 * https://arxiv.org/abs/1907.05600
 *
 * @param x clean data, `[N, d]`
 * @param epsilon standard normal noise, `[N, d]`
 * @param sigma the level of each item, `[N]`; see {@link geometricLevels}
 */
export function noiseConditionalScoreMatching(
  score: NoiseConditionalScore,
  x: Tensor,
  epsilon: Tensor,
  sigma: Tensor,
): LossGraph {
  requirePoints('noise-conditional score matching', x)
  const level: Operand = expandDims(sigma, 1)
  const error = add(mul(level, score(add(x, mul(level, epsilon)), sigma)), epsilon)
  return meanLoss(mul(dot(error, error), 0.5))
}

/**
 * Noise levels in geometric progression, the largest first: NCSN's, each equally likely in training, used one after
 * another by Langevin sampling.
 */
export function geometricLevels(largest: number, smallest: number, count: number): Float64Array {
  const ratio = count > 1 ? (smallest / largest) ** (1 / (count - 1)) : 1
  return Float64Array.from({ length: count }, (_, i) =>
    i === count - 1 && count > 1 ? smallest : largest * ratio ** i,
  )
}
