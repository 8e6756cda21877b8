/** Attention: every token gets a weighted mean over all tokens. Vaswani et al., Attention Is All You Need (2017). */
import { add, constant, expandDims, matmul, mul, reshape, slice, softmax, sub, transpose } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { linear } from './layers.ts'
import type { AffineOptions } from './layers.ts'
import type { Initializer, Scope } from './parameters.ts'

/** Options of {@link attention}. */
export interface AttentionOptions {
  /** Added to the scores before the softmax; broadcasts to `[N, heads, T, S]`. */
  readonly mask?: Tensor | undefined
  /** Added to the scores of all heads, `[N, T, S]`; axes may be 1. See {@link maskBias} and {@link causalBias}. */
  readonly bias?: Tensor | undefined
  /** Receives the weights `[N, heads, T, S]`; rows sum to 1. */
  readonly watch?: ((weights: Tensor) => void) | undefined
}

/**
 * Multi-head attention `softmax(q kᵀ / √d + mask) v`, each head on its own `d = C / heads` features.
 *
 * @param q queries `[N, T, C]`
 * @param k keys `[N, S, C]`
 * @param v values `[N, S, C]`
 * @returns `[N, T, C]`
 */
export function attention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  heads: number,
  { mask: wide, bias, watch }: AttentionOptions = {},
): Tensor {
  const mask = bias ? expandDims(bias, 1) : wide
  const features = q.shape[2]! / heads
  const scaled = mul(splitHeads(q, heads), 1 / Math.sqrt(features))
  const scores = matmul(scaled, splitHeads(k, heads), { transposeB: true })
  const weights = softmax(mask === undefined ? scores : add(scores, heads === 1 ? withoutHeads(mask) : mask))
  watch?.(heads === 1 ? reshape(weights, [weights.shape[0]!, 1, weights.shape[1]!, weights.shape[2]!]) : weights)
  return mergeHeads(matmul(weights, splitHeads(v, heads)), heads)
}

/** So far below all scores that its exponential is 0; where all keys are left out, the weights are equal. */
const hidden = -1e9

/** The bias that leaves out keys: `flags [N, S]`, 1 for what is seen and 0 for what is not, to `[N, 1, S]`. */
export function maskBias(flags: Tensor): Tensor {
  return expandDims(mul(sub(1, flags), hidden), 1)
}

/** The bias with which every place sees itself and those before it, `[1, places, places]`. */
export function causalBias(places: number): Tensor {
  const rows = Float32Array.from({ length: places * places }, (_, i) =>
    i % places > Math.floor(i / places) ? hidden : 0,
  )
  return constant(rows, [1, places, places])
}

/**
 * Self-attention with its projections: `to_q`, `to_k`, `to_v` and `to_out.0`, as diffusers calls them.
 * `tokens [N, T, C]`, same shape.
 */
export function selfAttention(scope: Scope, tokens: Tensor, heads: number, options: AffineOptions = {}): Tensor {
  const width = tokens.shape[2]!
  const project = (name: string): Tensor => linear(scope.child(name), tokens, width, options)
  const seen = attention(project('to_q'), project('to_k'), project('to_v'), heads)
  return linear(scope.child('to_out').child(0), seen, width, options)
}

/** What tokens attend to: vectors at S places, such as the words of a text. */
export interface Context {
  /** `[N, S, D]`; zero where there is nothing. */
  readonly vectors: Tensor
  /** `[N, 1, 1, S]`: 0, and a large negative number where there is nothing; left out: there is something everywhere. */
  readonly mask?: Tensor | undefined
  /** `[N, 1, 1, S]`: 1 where there is something, else 0; comes with `mask`. */
  readonly there?: Tensor | undefined
}

/** Added to the score of a place where there is nothing: e to it is 0 beside any other score. */
const never = 1e4

/**
 * A condition of kind `sequence`, as the graph is fed, as a context.
 *
 * With flags, a place whose flag is 0 has no influence at all: its vector is replaced by zeros and its weight is 0 in single
 * precision. Where all flags are 0, the weights are equal but all vectors are zero, so attention without a bias gives zero: the
 * network then sees only its output's bias. That value needs no parameter, so a network with flags has the weights of one without.
 *
 * @param sequence `[N, S, D]`, or `[N, S, D + 1]` with a flag behind each vector
 */
export function contextOf(sequence: Tensor, flagged: boolean): Context {
  if (!flagged) return { vectors: sequence }
  const [batch, places, size] = sequence.shape as [number, number, number]
  const flags = slice(sequence, 2, size - 1, size)
  const there = reshape(flags, [batch, 1, 1, places])
  return { vectors: mul(slice(sequence, 2, 0, size - 1), flags), mask: mul(sub(there, 1), never), there }
}

/** Options of {@link crossAttention}. */
export interface CrossAttentionOptions {
  /** The first weights of the output; PyTorch's by default. */
  readonly init?: Initializer | undefined
  /** Receives the weights `[N, heads, T, S]`: they sum to 1 over the places where there is something, and are 0 elsewhere. */
  readonly watch?: ((weights: Tensor) => void) | undefined
}

/**
 * Attention with queries from one sequence, and keys and values from a context: `to_q [C, C]`, `to_k [C, D]` and `to_v [C, D]`
 * without biases, `to_out.0` with one, as in diffusers' transformer blocks.
 *
 * @param tokens `[N, T, C]`
 * @returns `[N, T, C]`
 * @example
 * crossAttention(scope.child('attn2'), tokens, contextOf(words, true), 8)
 */
export function crossAttention(
  scope: Scope,
  tokens: Tensor,
  { vectors, mask, there }: Context,
  heads: number,
  { init, watch }: CrossAttentionOptions = {},
): Tensor {
  const width = tokens.shape[2]!
  const project = (name: string, x: Tensor): Tensor => linear(scope.child(name), x, width, { bias: false })
  const told = watch && ((weights: Tensor): void => watch(there === undefined ? weights : mul(weights, there)))
  const seen = attention(project('to_q', tokens), project('to_k', vectors), project('to_v', vectors), heads, {
    mask,
    watch: told,
  })
  return linear(scope.child('to_out').child(0), seen, width, { ...(init && { init }) })
}

/** A mask `[N, 1, 1, S]` for the scores `[N, T, S]` of a single head. */
function withoutHeads(mask: Tensor): Tensor {
  return reshape(mask, [mask.shape[0]!, 1, mask.shape.at(-1)!])
}

/** `[N, T, C] → [N, heads, T, C / heads]`; a single head needs no axis of its own. */
function splitHeads(x: Tensor, heads: number): Tensor {
  if (heads === 1) return x
  const [batch, tokens, channels] = x.shape as [number, number, number]
  return transpose(reshape(x, [batch, tokens, heads, channels / heads]), [0, 2, 1, 3])
}

function mergeHeads(x: Tensor, heads: number): Tensor {
  if (heads === 1) return x
  const [batch, , tokens, features] = x.shape as [number, number, number, number]
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, tokens, heads * features])
}
