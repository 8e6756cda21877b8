/** Score matching without a score to match: integration by parts turns the unknown ∇ log p into a trace. */
import { add, gradients, mul, slice, sum, type Tensor } from '../../../engine/graph/index.ts'
import type { LossGraph } from '../objective.ts'
import { dot, meanLoss, requirePoints, type ScoreFunction } from './score-function.ts'

/**
 * E[tr ∂ŝ/∂x + ½ |ŝ(x)|²] over data x, which is the Fisher divergence up to a constant. The trace is exact and takes a
 * backward pass for each of the d dimensions.
 *
 * Estimation of Non-Normalized Statistical Models by Score Matching (Hyvärinen, 2005), theorem 1,
 * https://jmlr.org/papers/v6/hyvarinen05a.html
 *
 * @param x data, `[N, d]`
 */
export function explicitScoreMatching(score: ScoreFunction, x: Tensor): LossGraph {
  requirePoints('explicit score matching', x)
  const s = score(x)
  return meanLoss(add(traceOfJacobian(s, x), mul(dot(s, s), 0.5)))
}

/** tr ∂y/∂x = Σ ∂y_i/∂x_i of each item, `[N]`, for y `[N, d]` that depends on x `[N, d]` item by item. */
export function traceOfJacobian(y: Tensor, x: Tensor): Tensor {
  const diagonal = Array.from({ length: x.shape[1]! }, (_, i) => {
    const [row] = gradients(sum(slice(y, 1, i, i + 1)), [x])
    return sum(slice(row!, 1, i, i + 1), 1)
  })
  return diagonal.reduce((total, each) => add(total, each))
}
