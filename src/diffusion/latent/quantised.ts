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
  square,
  stopGradient,
  sub,
  sum,
  type Tensor,
  where,
} from '../../engine/graph/index.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { rowsOf } from '../../engine/nn/vq-model/codebook.ts'
import type { VectorQuantiser } from '../../engine/nn/vq-model/vq-model.ts'

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
 * Vectors that are nearest to no h of the batch have no gradient in these terms and would stay unused for ever. Each is drawn towards
 * the h of one place of the batch, `anchors`, with the weight that a vector with an average share of the batch has. Zheng & Vedaldi,
 * Online Clustered Codebook (2023), https://arxiv.org/abs/2307.15139, move them there at once.
 *
 * @param x `[N, ...inputShape]`
 * @param anchors int32 `[N, K]`, places 0 … h w − 1 drawn at random: vector k is drawn towards that of item k mod N; left out: none is
 */
export function quantisedLoss(
  autoencoder: VectorQuantiser,
  scope: Scope,
  x: Tensor,
  { commitment, variance }: QuantisedWeights,
  anchors?: Tensor,
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
  const vectors = autoencoder.codebook(scope)
  const revived = anchors && reviving(vectors, stopGradient(h), tokens, anchors)
  return { loss: revived ? add(mean(itemLoss), revived) : mean(itemLoss), itemLoss, error, tokens }
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

/** mean over k, d of (a_k − e_k)² for unused vectors, and 0 for the others. */
function reviving(vectors: Tensor, h: Tensor, tokens: Tensor, anchors: Tensor): Tensor {
  const [codes, size] = vectors.shape as [number, number]
  const [items, , height, width] = h.shape as [number, number, number, number]
  const ints = (f: (k: number) => number): Tensor =>
    constant(
      Int32Array.from({ length: codes }, (_, k) => f(k)),
      [codes],
    )
  const places = gather(
    reshape(anchors, [-1]),
    ints((k) => (k % items) * codes + k),
  )
  const rows = add(
    places,
    ints((k) => (k % items) * height * width),
  )
  const isUnused = reshape(equal(usesOf(tokens, codes), 0), [codes, 1])
  const away = square(sub(vectors, gather(rowsOf(h), rows)))
  return mul(sum(where(isUnused, away, 0)), 1 / (codes * size))
}
