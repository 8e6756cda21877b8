/**
 * The loss of a vector-quantised autoencoder: an error of reconstruction through the nearest vectors of a codebook, whose gradient is
 * handed straight to the encoder, and two terms that draw vectors and encoder together. van den Oord, Vinyals & Kavukcuoglu, Neural
 * Discrete Representation Learning (2017), https://arxiv.org/abs/1711.00937, equation 3.
 */
import {
  add,
  constant,
  equal,
  filled,
  gather,
  mean,
  mul,
  reshape,
  scatterAdd,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  variance as varianceOf,
  where,
} from '../../engine/graph/index.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { nearest, rowsOf } from '../../engine/nn/vq-model/codebook.ts'
import type { VectorQuantiser } from '../../engine/nn/vq-model/vq-model.ts'
import { key, normal } from '../../engine/random/index.ts'

/** The weights of the terms. */
export interface QuantisedWeights {
  /** β, of the term that keeps the encoder near its vectors; 0.25 in the paper. */
  readonly commitment: number
  /** The variance of the data's values, which the error of reconstruction is divided by. */
  readonly variance: number
}

/** What the loss is made of. */
export interface QuantisedLoss {
  /** The mean over items of all terms, and the term that revives unused vectors: a scalar. */
  readonly loss: Tensor
  /** Each item's error of reconstruction plus codebook and commitment, `[N]`. */
  readonly itemLoss: Tensor
  /** The mean squared error of each item, `[N]`. */
  readonly error: Tensor
  /** int32 `[N, h, w]`. */
  readonly tokens: Tensor
}

/**
 * mean (x − x̂)² / variance + mean (sg h − e)² + β mean (h − sg e)², with e the nearest vector to the encoder's h, sg an expression
 * that gradients do not pass, and x̂ decoded from h + sg(e − h): its value is e, its gradient that of h.
 *
 * A vector that is nearest to no h of the batch has no gradient in these terms and would stay unused for ever. Each such e_k is drawn
 * towards a place a_k of its own among the h of the batch, the one nearest to μ + σ ξ_k: the mean and the standard deviation of each of
 * their numbers, and ξ_k ~ N(0, I), drawn once and for all. So unused vectors spread over what the encoder gives. The term is
 * mean (e_k − sg a_k)² over all k, 0 for those that are used: the weight that a vector with an average share of the batch has. Zheng &
 * Vedaldi, Online Clustered Codebook (2023), https://arxiv.org/abs/2307.15139, move them at once, and by counts over many batches.
 *
 * @param x `[N, ...inputShape]`
 */
export function quantisedLoss(
  autoencoder: VectorQuantiser,
  scope: Scope,
  x: Tensor,
  { commitment, variance }: QuantisedWeights,
): QuantisedLoss {
  const h = autoencoder.encode(scope, x).mean
  const tokens = autoencoder.tokens(scope, stopGradient(h))
  const e = autoencoder.embed(scope, tokens)
  const image = autoencoder.decodeVectors(scope, straightThrough(h, e))
  const each = (value: Tensor): Tensor =>
    mean(
      square(value),
      value.shape.map((_, axis) => axis).filter((axis) => axis > 0),
    )
  const error = each(sub(image, x))
  const codebook = each(sub(e, stopGradient(h)))
  const committed = each(sub(h, stopGradient(e)))
  const itemLoss = add(mul(error, 1 / variance), add(codebook, mul(committed, commitment)))
  const revived = reviving(autoencoder.codebook(scope), stopGradient(rowsOf(h)), tokens)
  return { loss: add(mean(itemLoss), revived), itemLoss, error, tokens }
}

/** The value of `e`, with the gradient of `h`. Bengio, Léonard & Courville (2013), https://arxiv.org/abs/1308.3432 */
export function straightThrough(h: Tensor, e: Tensor): Tensor {
  return add(h, stopGradient(sub(e, h)))
}

/** How many rows of a batch each of K vectors is nearest to, `[K]`. */
export function usesOf(tokens: Tensor, codes: number): Tensor {
  const flat = reshape(tokens, [-1])
  return reshape(scatterAdd(filled(1, [flat.shape[0]!, 1]), flat, codes), [codes])
}

/** mean over k, d of (a_k − e_k)² for vectors that no row is nearest to, and 0 for the others. */
export function reviving(vectors: Tensor, rows: Tensor, tokens: Tensor): Tensor {
  const [codes, size] = vectors.shape as [number, number]
  const isUnused = reshape(equal(usesOf(tokens, codes), 0), [codes, 1])
  const away = square(sub(vectors, placesOf(rows, codes, size)))
  return mul(sum(where(isUnused, away, 0)), 1 / (codes * size))
}

/** A place for each of K vectors among rows `[M, d]`: `[K, d]`. */
export function placesOf(rows: Tensor, codes: number, size: number): Tensor {
  const xi = constant(normal(key('places of vectors'), new Float32Array(codes * size)), [codes, size])
  const wanted = add(mean(rows, 0), mul(sqrt(varianceOf(rows, 0)), xi))
  return gather(rows, nearest(wanted, rows))
}
