/**
 * The evidence lower bound of an autoencoder as an expression:
 *
 *     −log p(x) ≤ E_q(z|x)[−log p(x | z)] + KL(q(z | x) ‖ N(0, I)),
 *
 * with the divergence summed over the dimensions of a code, and of each item alone; and the weights p(x, z) / q(z | x) of draws, from
 * which the importance-weighted bound is made.
 *
 * Kingma & Welling, Auto-Encoding Variational Bayes (2013), https://arxiv.org/abs/1312.6114
 */
import { add, mean, neg, reshape, slice, sub } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import type { Autoencoder } from '../../engine/nn/autoencoder.ts'
import type { Dropout } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { TweedieError } from '../../errors.ts'
import { boundOf, type LatentBound } from './bound.ts'
import type { DecoderLaw } from './decoder-law.ts'
import {
  type DiagonalGaussian,
  drawGaussian,
  gaussianKl,
  gaussianLogDensity,
  standardNormal,
  sumOverItem,
} from './gaussian.ts'
import { repeatItems } from './importance.ts'

/** What a bound is of. */
export interface AutoencoderBoundInputs {
  /** `[N, ...inputShape]`. */
  readonly x: Tensor
  /** ε from N(0, I), `[N, k, ...latentShape]`: k draws of each item. */
  readonly noise: Tensor
  /** log σ of the law, `[1]`, where it has one. */
  readonly logSigma?: Tensor | undefined
  /** The shape of an item within `inputShape`, where images were padded below and to the right: only it counts. */
  readonly within?: Shape | undefined
  /** How activations are dropped while training; left out otherwise. */
  readonly dropout?: Dropout | undefined
}

/** A bound, and what it is made of. */
export interface AutoencoderBound extends LatentBound<'reconstruction' | 'kl'> {
  /** q(z | x), `[N, ...latentShape]`. */
  readonly posterior: DiagonalGaussian
  /** KL(q ‖ N(0, I)) of every dimension, `[N, ...latentShape]`. */
  readonly klByDimension: Tensor
  /** log p(x | z) of each draw, `[N · k]`. */
  readonly logLikelihood: Tensor
  /** log p(z) − log q(z | x) of each draw, `[N · k]`. */
  readonly logRatio: Tensor
}

/**
 * The bound of an autoencoder whose parameters are declared in `scope`. Its reconstruction term is the mean over the draws.
 *
 * @throws TweedieError `usage` for an autoencoder whose codes have no variance
 * @example
 * const { total, terms } = autoencoderBound(autoencoder, new Scope(), decoderLaw('bernoulli'), {
 *   x: input('x', [64, 1, 28, 28]),
 *   noise: input('noise', [64, 1, 50]),
 * })
 */
export function autoencoderBound(
  autoencoder: Autoencoder,
  scope: Scope,
  law: DecoderLaw,
  { x, noise, logSigma, within, dropout }: AutoencoderBoundInputs,
): AutoencoderBound {
  const [items, draws, ...latent] = noise.shape as [number, number, ...number[]]
  const { mean: mu, logVariance } = autoencoder.encode(scope, x, { dropout })
  if (!logVariance) {
    throw new TweedieError('usage', `${autoencoder.className}: its codes have no variance, so there is no bound`)
  }
  const posterior = { mean: mu, logVariance }
  const repeated = { mean: repeatItems(mu, draws), logVariance: repeatItems(logVariance, draws) }
  const z = drawGaussian(repeated, reshape(noise, [items * draws, ...latent]))
  const output = cropped(autoencoder.decode(scope, z, { dropout }), within)
  const values = law.logProbability(cropped(repeatItems(x, draws), within), output, logSigma)
  const logLikelihood = sumOverItem(values)
  const logPrior = gaussianLogDensity(standardNormal(z.shape), z)
  const klByDimension = gaussianKl(posterior)
  return {
    posterior,
    klByDimension,
    logLikelihood,
    logRatio: sumOverItem(sub(logPrior, gaussianLogDensity(repeated, z))),
    ...boundOf({
      reconstruction: neg(mean(reshape(logLikelihood, [items, draws]), 1)),
      kl: sumOverItem(klByDimension),
    }),
  }
}

/** log p(x, z) − log q(z | x) of each draw, `[N · k]`, for the importance-weighted bound. */
export function logWeightsOf({ logLikelihood, logRatio }: AutoencoderBound): Tensor {
  return add(logLikelihood, logRatio)
}

/** The upper left part of `[N, ...shape]`: what is within the padding of images. */
export function cropped(x: Tensor, within: Shape | undefined): Tensor {
  if (!within) return x
  return within.reduce((part, size, axis) => (part.shape[axis + 1] === size ? part : slice(part, axis + 1, 0, size)), x)
}
