/** Tokens as points, one for each, and back: rounding finds the nearest point. */
import { projected } from '../denoise/clip.ts'
import type { Denoiser, FloatArray } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { matmul, mul, square, sub, sum, type Tensor } from '../../engine/graph/index.ts'

/** The points of all tokens. */
export interface EmbeddingTable {
  /** K. */
  readonly tokens: number
  /** d. */
  readonly features: number
  /** e_k, `[K, d]`. */
  readonly vectors: FloatArray
}

/**
 * A table of points.
 *
 * @param vectors `[tokens, d]`
 * @throws TweedieError `shape` if the length is not a multiple of the number of tokens
 */
export function embeddingTable(vectors: FloatArray, tokens: number): EmbeddingTable {
  const features = vectors.length / tokens
  if (Number.isInteger(features) && features > 0) return Object.freeze({ tokens, features, vectors })
  throw new TweedieError('shape', `${vectors.length} numbers are no ${tokens} embeddings`)
}

/** EMB(w): the points of tokens, `[..., L]` → `[..., L, d]`. */
export function embedTokens({ features, vectors }: EmbeddingTable, tokens: ArrayLike<number>): Float32Array {
  const out = new Float32Array(tokens.length * features)
  for (let i = 0; i < tokens.length; i++) {
    const from = tokens[i]! * features
    out.set(vectors.subarray(from, from + features), i * features)
  }
  return out
}

/**
 * log p(w | x) for all tokens: log softmax_w(x · e_w − |e_w|²/2), which is how likely each point is under noise of standard
 * deviation 1 around x.
 *
 * @param x `[..., d]`
 * @returns `[..., K]`
 */
export function roundingLogits({ tokens, features, vectors }: EmbeddingTable, x: FloatArray): Float64Array {
  const places = x.length / features
  const offsets = halfSquares(vectors, features)
  const out = new Float64Array(places * tokens)
  for (let place = 0; place < places; place++) {
    const row = out.subarray(place * tokens, (place + 1) * tokens)
    let top = -Infinity
    for (let k = 0; k < tokens; k++) {
      let dot = -offsets[k]!
      for (let i = 0; i < features; i++) dot += x[place * features + i]! * vectors[k * features + i]!
      row[k] = dot
      top = Math.max(top, dot)
    }
    const log = top + Math.log(row.reduce((total, value) => total + Math.exp(value - top), 0))
    for (let k = 0; k < tokens; k++) row[k]! -= log
  }
  return out
}

/** The token with the nearest point, `[..., d]` → `[...]`: the most likely one. */
export function roundTokens({ tokens, features, vectors }: EmbeddingTable, x: FloatArray): Int32Array {
  const offsets = halfSquares(vectors, features)
  return Int32Array.from({ length: x.length / features }, (_, place) => {
    let [best, most] = [0, -Infinity]
    for (let k = 0; k < tokens; k++) {
      let dot = -offsets[k]!
      for (let i = 0; i < features; i++) dot += x[place * features + i]! * vectors[k * features + i]!
      if (dot > most) [best, most] = [k, dot]
    }
    return best
  })
}

/**
 * The clamping trick: E[x₀ | x_t] is replaced by the nearest embeddings, so that a sampler decides on tokens early and
 * rounding errors do not add up. It is a projection, as clipping is for images.
 *
 * Diffusion-LM Improves Controllable Text Generation (Li et al., 2022), section 4.2, https://arxiv.org/abs/2205.14217
 *
 * @param base a denoiser of items `[..., d]`
 */
export function clamped(base: Denoiser, table: EmbeddingTable): Denoiser {
  if (base.shape.at(-1) !== table.features) {
    throw new TweedieError(
      'shape',
      `the denoiser makes items [${base.shape.join(', ')}], and embeddings have ${table.features} features`,
    )
  }
  return projected(base, (mean) => mean.set(embedTokens(table, roundTokens(table, mean))))
}

/** The logits of {@link roundingLogits}, not normalised, as a graph: `x [N, L, d]`, `table [K, d]` → `[N, L, K]`. */
export function roundingGraph(x: Tensor, table: Tensor): Tensor {
  return sub(matmul(x, table, { transposeB: true }), mul(sum(square(table), 1), 0.5))
}

/** |e_k|²/2. */
function halfSquares(vectors: FloatArray, features: number): Float64Array {
  const out = new Float64Array(vectors.length / features)
  for (let i = 0; i < vectors.length; i++) out[Math.floor(i / features)]! += vectors[i]! ** 2 / 2
  return out
}
