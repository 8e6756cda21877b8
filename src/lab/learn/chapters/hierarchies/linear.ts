/** Two levels that are linear: x = a z₁ + s e, z₁ = b z₂ + r e′, z₂ ~ N(0, 1). Both ways to factor the posterior are known. */
import { decoderLaw, type Hierarchy, hierarchyBound, type HierarchyOrder } from '../../../../diffusion/latent/index.ts'
import { add, constant, mul, type Tensor } from '../../../../engine/graph/index.ts'
import { column, cubature, everywhere, numbersOf } from '../../shared/evaluated.ts'
import { logNormal } from '../../shared/series.ts'

export interface Levels {
  readonly a: number
  readonly b: number
  readonly r: number
  readonly s: number
}

/** How wrong the encoder is: what is added to the mean of the lower code, and to both log-variances. */
export interface Wrong {
  readonly shift: number
  readonly widen: number
}

/** log p(x). */
export const evidence = ({ a, b, r, s }: Levels, x: number): number =>
  logNormal(x, 0, a ** 2 * (b ** 2 + r ** 2) + s ** 2)

/** The hierarchy with the exact encoder of an order, moved away from it as `wrong` says. */
export function linearHierarchy({ a, b, r, s }: Levels, order: HierarchyOrder, { shift, widen }: Wrong): Hierarchy {
  const gaussian = (mean: Tensor, variance: number) => ({
    mean,
    logVariance: everywhere(Math.log(variance), mean.shape[0]!),
  })
  const widened = (variance: number) => variance * Math.exp(widen)
  const marginal = b ** 2 + r ** 2
  const seen = a ** 2 * marginal + s ** 2
  return {
    latentShapes: [[1], [1]],
    order,
    features: (x) => [x],
    posterior(level, [x], [neighbour]) {
      if (order === 'bottom-up') {
        return level === 0
          ? gaussian(add(mul(x!, (marginal * a) / seen), shift), widened((marginal * s ** 2) / seen))
          : gaussian(mul(neighbour!, b / marginal), widened(r ** 2 / marginal))
      }
      const rest = a ** 2 * r ** 2 + s ** 2
      if (level === 1) return gaussian(mul(x!, (a * b) / seen), widened(rest / seen))
      const precision = 1 / r ** 2 + (a / s) ** 2
      const mean = add(mul(neighbour!, b / r ** 2 / precision), mul(x!, a / s ** 2 / precision))
      return gaussian(add(mean, shift), widened(1 / precision))
    },
    prior: (level, [above], shape) =>
      level === 0 ? gaussian(mul(above!, b), r ** 2) : gaussian(everywhere(0, shape[0]!), 1),
    output: ([lowest]) => mul(lowest!, a),
  }
}

/** The terms of the bound of one item, exact: all functions of the draws are quadratic. */
export function levelTerms(levels: Levels, order: HierarchyOrder, wrong: Wrong, x: number) {
  const draws = cubature(2)
  const { total, terms } = hierarchyBound(linearHierarchy(levels, order, wrong), decoderLaw('gaussian'), {
    x: column([x]),
    noise: constant(draws, [1, draws.length / 2, 2]),
    logSigma: everywhere(Math.log(levels.s)),
  })
  const value = (tensor: Tensor) => numbersOf(tensor)[0]!
  return {
    total: value(total),
    reconstruction: value(terms['reconstruction']!),
    kl1: value(terms['kl1']!),
    kl2: value(terms['kl2']!),
  }
}
