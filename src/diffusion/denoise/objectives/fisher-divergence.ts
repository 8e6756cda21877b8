/** How far a score is from the truth, where the truth is known. */
import { mul, sub, type Tensor } from '../../../engine/graph/index.ts'
import type { LossGraph } from '../objective.ts'
import { dot, meanLoss, requirePoints, type ScoreFunction } from './score-function.ts'

/** ½ E |ŝ(x) − ∇ log p(x)|² over x ~ p: what all score matching minimises. `x` and `truth` are `[N, d]`. */
export function fisherDivergence(score: ScoreFunction, x: Tensor, truth: Tensor): LossGraph {
  requirePoints('Fisher divergence', x)
  const error = sub(score(x), truth)
  return meanLoss(mul(dot(error, error), 0.5))
}
