/**
 * Low-rank changes of the weights of layers: W + s B A instead of W, with B A of a small rank. The product is never made: a layer adds
 * s B (A x) to W x. Hu et al., LoRA: Low-Rank Adaptation of Large Language Models (2021); of convolutions, A has their kernel and B is
 * 1 × 1, as kohya's LoCon has them.
 */
import { add, conv, matmul, mul, reshape } from '../graph/index.ts'
import type { ConvOptions, Shape, Tensor } from '../graph/index.ts'

/** The change of one weight `[out, in, …K]`. */
export interface LowRank {
  /** A: `[rank, in, …K]`. */
  readonly down: Tensor
  /** B: `[out, rank, 1, …]`, with as many axes. */
  readonly up: Tensor
  /** s; α / rank, as it is usually written. */
  readonly scale: number
}

/** The change of a weight, by its full name in the scope; undefined: it stays as it is. */
export type WeightChanges = (name: string, shape: Shape) => LowRank | undefined

/** `y + s (x Aᵀ) Bᵀ`, for `y = x Wᵀ`, over the last axis. */
export function changeLinear(x: Tensor, y: Tensor, { down, up, scale }: LowRank): Tensor {
  const inner = mul(matmul(x, down, { transposeB: true }), scale)
  return add(y, matmul(inner, up, { transposeB: true }))
}

/** The same for a convolution, whose stride, padding and dilation are those of A. */
export function changeConvolution(x: Tensor, y: Tensor, { down, up, scale }: LowRank, options: ConvOptions): Tensor {
  const inner = mul(conv(x, down, options), scale)
  return add(y, conv(inner, reshape(up, [...up.shape.slice(0, 2), ...x.shape.slice(2).map(() => 1)])))
}
