/**
 * A codebook: K vectors, and each vector of an encoder is replaced by the nearest of them. van den Oord, Vinyals & Kavukcuoglu, Neural
 * Discrete Representation Learning (2017), https://arxiv.org/abs/1711.00937
 */
import {
  cast,
  constant,
  equal,
  gather,
  matmul,
  mul,
  neg,
  reduceMax,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  where,
} from '../../graph/index.ts'
import { type Scope, uniformWithin } from '../parameters.ts'

/** The vectors, `[K, d]`: the parameter `embedding.weight`, at first uniform in ±1/K as in diffusers. */
export function codebook(scope: Scope, codes: number, size: number): Tensor {
  return scope.child('embedding').parameter('weight', [codes, size], uniformWithin(1 / codes))
}

/**
 * The number of the nearest vector: arg min over k of ‖hᵢ − e_k‖²; of several at one distance the first.
 *
 * @param h `[M, d]`
 * @param vectors `[K, d]`
 * @returns int32 `[M]`; no gradient passes
 */
export function nearest(h: Tensor, vectors: Tensor): Tensor {
  const codes = vectors.shape[0]!
  // ‖h‖² is the same for all k
  const closeness = sub(mul(matmul(h, vectors, { transposeB: true }), 2), reshape(sum(square(vectors), 1), [1, codes]))
  const isBest = equal(closeness, reduceMax(closeness, 1, { keepDims: true }))
  const numbers = constant(
    Float32Array.from({ length: codes }, (_, k) => k),
    [1, codes],
  )
  return cast(neg(reduceMax(where(isBest, neg(numbers), -codes), 1)), 'int32')
}

/** Vectors `[N, d, H, W]` as rows `[N H W, d]`. */
export function rowsOf(h: Tensor): Tensor {
  return reshape(transpose(h, [0, 2, 3, 1]), [-1, h.shape[1]!])
}

/** The vectors of code numbers: int32 `[N, H, W]` → `[N, d, H, W]`. Gradients reach the vectors. */
export function embed(vectors: Tensor, numbers: Tensor): Tensor {
  return transpose(gather(vectors, numbers), [0, 3, 1, 2])
}
