/** An autoencoder of one number that is linear: x = w z + σ ε, z ~ N(0, 1). All of it is known. */
import {
  boundOf,
  drawGaussian,
  gaussianKl,
  gaussianLogDensity,
  sumOverItem,
} from '../../../../diffusion/latent/index.ts'
import { mean, mul, neg } from '../../../../engine/graph/index.ts'
import { cubature, column, everywhere, numberOf } from '../../shared/evaluated.ts'
import { logNormal } from '../../shared/series.ts'

export interface Linear {
  readonly w: number
  readonly sigma: number
  readonly x: number
}

/** p(z | x). */
export function posteriorOf({ w, sigma, x }: Linear): { readonly mean: number; readonly variance: number } {
  const precision = 1 + (w / sigma) ** 2
  return { mean: (w * x) / sigma ** 2 / precision, variance: 1 / precision }
}

/** log p(x). */
export const evidence = ({ w, sigma, x }: Linear): number => logNormal(x, 0, w ** 2 + sigma ** 2)

/** The terms of the bound for q(z | x) = N(mean, deviation²), in nats. The mean over draws is exact, for they stand for N(0, 1). */
export function boundTerms({ w, sigma, x }: Linear, mu: number, deviation: number) {
  const draws = cubature(1)
  const q = { mean: everywhere(mu, draws.length), logVariance: everywhere(2 * Math.log(deviation), draws.length) }
  const z = drawGaussian(q, column(draws))
  const data = { mean: mul(z, w), logVariance: everywhere(2 * Math.log(sigma), draws.length) }
  const { total, terms } = boundOf({
    reconstruction: neg(mean(gaussianLogDensity(data, everywhere(x, draws.length)))),
    kl: mean(sumOverItem(gaussianKl(q))),
  })
  return { total: numberOf(total), reconstruction: numberOf(terms.reconstruction), kl: numberOf(terms.kl) }
}
