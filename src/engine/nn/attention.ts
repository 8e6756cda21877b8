/** Attention: every token gets a weighted mean over all tokens. Vaswani et al., Attention Is All You Need (2017). */
import {
  add,
  constant,
  expandDims,
  lessEqual,
  log,
  matmul,
  max,
  mul,
  reshape,
  softmax,
  transpose,
  where,
} from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { linear } from './layers.ts'
import type { AffineOptions } from './layers.ts'
import type { Initializer, Scope } from './parameters.ts'

/** Options of {@link attention}. */
export interface AttentionOptions {
  /** Added to the scores of all heads, `[N, T, S]`; axes may be 1. See {@link maskBias} and {@link causalBias}. */
  readonly bias?: Tensor | undefined
  /** Receives the weights, `[N, heads, T, S]`; they sum to 1 over the last axis. */
  readonly watch?: ((weights: Tensor) => void) | undefined
}

/**
 * Multi-head attention `softmax(q kᵀ / √d + bias) v`, each head on its own `d = C / heads` features.
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
  { bias, watch }: AttentionOptions = {},
): Tensor {
  const features = q.shape[2]! / heads
  const scaled = mul(splitHeads(q, heads), 1 / Math.sqrt(features))
  const scores = matmul(scaled, splitHeads(k, heads), { transposeB: true })
  const weights = softmax(bias ? add(scores, heads === 1 ? bias : expandDims(bias, 1)) : scores)
  watch?.(heads === 1 ? expandDims(weights, 1) : weights)
  return mergeHeads(matmul(weights, splitHeads(v, heads)), heads)
}

/** So far below all scores that its exponential is 0; where all keys are left out, the weights are equal. */
const hidden = -1e9
/** Flags up to it are 0. */
const faintest = 1e-6

/**
 * The bias that leaves out keys: `flags [N, S]`, 1 for what is seen and 0 for what is not, to `[N, 1, S]`. In between it is log f, with which a
 * key's weight is multiplied by f before all sum to 1.
 */
export function maskBias(flags: Tensor): Tensor {
  const seen = max(flags, faintest)
  return expandDims(where(isHidden(flags), hidden, log(seen)), 1)
}

/** Whether {@link maskBias} leaves out a key altogether: a boolean of the shape of the flags. */
export function isHidden(flags: Tensor): Tensor {
  return lessEqual(flags, faintest)
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
 *
 * @param options `out`: first weights of `to_out.0`, if they are not those of the others
 */
export function selfAttention(
  scope: Scope,
  tokens: Tensor,
  heads: number,
  { out, ...options }: AffineOptions & { readonly out?: Initializer | undefined } = {},
): Tensor {
  const width = tokens.shape[2]!
  const project = (name: string): Tensor => linear(scope.child(name), tokens, width, options)
  const seen = attention(project('to_q'), project('to_k'), project('to_v'), heads)
  return linear(scope.child('to_out').child(0), seen, width, { ...options, ...(out && { init: out }) })
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
