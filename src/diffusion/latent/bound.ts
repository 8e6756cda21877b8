/**
 * A bound of −log p(x) as a sum of named terms, in nats for each item: reconstruction and one divergence for each level of codes.
 * What is trained is a weighted sum of them; what is reported is the plain one.
 */
import { add } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'

/** A bound with its terms. */
export interface LatentBound<Term extends string = string> {
  /** Each in nats for each item, `[N]`. */
  readonly terms: Readonly<Record<Term, Tensor>>
  /** Their sum: at least −log p(x) in expectation, `[N]`. */
  readonly total: Tensor
}

/**
 * The terms with their sum.
 *
 * @example
 * const { total } = boundOf({ reconstruction: neg(logLikelihood), kl: sumOverItem(gaussianKl(q)) })
 */
export function boundOf<Term extends string>(terms: Readonly<Record<Term, Tensor>>): LatentBound<Term> {
  const total = Object.values<Tensor>(terms).reduce((sum, term) => add(sum, term))
  return Object.freeze({ terms: Object.freeze({ ...terms }), total })
}
