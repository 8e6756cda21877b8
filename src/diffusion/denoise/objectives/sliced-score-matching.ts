/** Score matching along random directions: one backward pass whatever the dimension. */
import { add, gradients, mul, square, type Tensor } from '../../../engine/graph/index.ts'
import type { LossGraph } from '../objective.ts'
import { dot, meanLoss, requirePoints, type ScoreFunction } from './score-function.ts'

/** Which form. */
export interface SlicedOptions {
  /** SSM-VR: ½ |ŝ|² in the place of ½ (vᵀŝ)², the same in expectation and less noisy; default true. */
  readonly varianceReduced?: boolean
}

/**
 * E[vᵀ (∂ŝ/∂x) v + ½ (vᵀ ŝ)²] over data x and directions v with E v vᵀ = I (signs, or standard normal numbers): in
 * expectation over v the explicit objective. vᵀ (∂ŝ/∂x) v is vᵀ times the gradient of vᵀ ŝ.
 *
 * Sliced Score Matching: A Scalable Approach to Density and Score Estimation (Song et al., 2019),
 * https://arxiv.org/abs/1905.07088
 *
 * @param x data, `[N, d]`
 * @param v directions, `[N, d]`
 */
export function slicedScoreMatching(
  score: ScoreFunction,
  x: Tensor,
  v: Tensor,
  { varianceReduced = true }: SlicedOptions = {},
): LossGraph {
  requirePoints('sliced score matching', x)
  const s = score(x)
  const [pulled] = gradients(s, [x], v)
  const norm = varianceReduced ? dot(s, s) : square(dot(v, s))
  return meanLoss(add(dot(v, pulled!), mul(norm, 0.5)))
}
