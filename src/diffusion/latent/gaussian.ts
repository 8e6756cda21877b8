/**
 * Diagonal Gaussians N(μ, diag σ²) as expressions of the graph: how a code is drawn, how dense it is, and how far one Gaussian is
 * from another. Everything is given per dimension, `[N, ...shape]`; {@link sumOverItem} makes it a number for each item.
 *
 * Kingma & Welling, Auto-Encoding Variational Bayes (2013), https://arxiv.org/abs/1312.6114
 */
import { add, div, exp, filled, mul, square, sub, sum } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'

/** A diagonal Gaussian for each item. The code of an autoencoder is one. */
export interface DiagonalGaussian {
  /** μ, `[N, ...shape]`. */
  readonly mean: Tensor
  /** log σ², of the same shape, or of one that broadcasts to it. */
  readonly logVariance: Tensor
}

const logTwoPi = Math.log(2 * Math.PI)

/** N(0, I) for items of this shape, the batch axis included. */
export function standardNormal(shape: Shape): DiagonalGaussian {
  return { mean: filled(0, shape), logVariance: filled(0, shape) }
}

/**
 * z = μ + σ ε: a draw through which gradients pass to μ and σ.
 *
 * @param noise ε from N(0, I), `[N, ...shape]`
 * @example
 * const z = drawGaussian(q, input('noise', q.mean.shape))
 */
export function drawGaussian({ mean, logVariance }: DiagonalGaussian, noise: Tensor): Tensor {
  return add(mean, mul(exp(mul(logVariance, 0.5)), noise))
}

/** log N(z; μ, σ²) = −½ (log 2π + log σ² + (z − μ)² / σ²) of every dimension, in nats, `[N, ...shape]`. */
export function gaussianLogDensity({ mean, logVariance }: DiagonalGaussian, z: Tensor): Tensor {
  const distance = mul(square(sub(z, mean)), exp(mul(logVariance, -1)))
  return mul(add(add(distance, logVariance), logTwoPi), -0.5)
}

/** H = ½ log(2πe σ²) of every dimension, in nats, of the shape of log σ². */
export function gaussianEntropy({ logVariance }: Pick<DiagonalGaussian, 'logVariance'>): Tensor {
  return mul(add(logVariance, logTwoPi + 1), 0.5)
}

/**
 * KL(q ‖ p) = ½ (log σ_p² − log σ_q² + (σ_q² + (μ_q − μ_p)²) / σ_p² − 1) of every dimension, in nats, `[N, ...shape]`. Without `p`,
 * the divergence from N(0, I): ½ (μ² + σ² − log σ² − 1).
 *
 * @example
 * const kl = sumOverItem(gaussianKl(q)) // [N]
 */
export function gaussianKl(q: DiagonalGaussian, p?: DiagonalGaussian): Tensor {
  const moment = add(square(p ? sub(q.mean, p.mean) : q.mean), exp(q.logVariance))
  const ratio = p ? add(div(moment, exp(p.logVariance)), p.logVariance) : moment
  return mul(sub(sub(ratio, q.logVariance), 1), 0.5)
}

/** The sum over all axes but the first: `[N, ...shape]` → `[N]`. */
export function sumOverItem(x: Tensor): Tensor {
  return sum(
    x,
    x.shape.slice(1).map((_, axis) => axis + 1),
  )
}
