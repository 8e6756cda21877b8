/** Attention to a context: a sequence of vectors beside the tokens, such as the words of a text. */
import { expandDims, reshape, slice, where } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { attention, maskBias, isHidden } from './attention.ts'
import { linear } from './layers.ts'
import type { Initializer, Scope } from './parameters.ts'

/** What tokens attend to: vectors at S places. */
export interface Context {
  /** `[N, S, D]`; zero where there is nothing. */
  readonly vectors: Tensor
  /** `[N, S]`: 1 where there is something, else 0, or in between, to multiply its weight; left out: there is something everywhere. */
  readonly flags?: Tensor | undefined
}

/**
 * A condition of kind `sequence`, as the graph is fed, as a context.
 *
 * With flags, a place whose flag is 0 has no influence at all: its vector is replaced by zeros and its weight is 0. Where all flags are
 * 0, the weights are equal but all vectors are zero, so attention without a bias gives zero: the network then sees only its
 * output's bias. That needs no parameter, so a network with flags has the weights of one without.
 *
 * @param sequence `[N, S, D]`, or `[N, S, D + 1]` with a flag behind each vector
 */
export function contextOf(sequence: Tensor, flagged: boolean): Context {
  if (!flagged) return { vectors: sequence }
  const [batch, places, size] = sequence.shape as [number, number, number]
  const flags = reshape(slice(sequence, 2, size - 1, size), [batch, places])
  return { vectors: emptied(slice(sequence, 2, 0, size - 1), flags), flags }
}

/** A context whose vectors went through a layer; those of places with nothing are zero again. */
export function mapContext({ vectors, flags }: Context, layer: (vectors: Tensor) => Tensor): Context {
  const mapped = layer(vectors)
  return flags ? { vectors: emptied(mapped, flags), flags } : { vectors: mapped }
}

/** Zeros in place of the vectors of places with nothing, whatever stood there. */
const emptied = (vectors: Tensor, flags: Tensor): Tensor => where(expandDims(isHidden(flags), 2), 0, vectors)

/** Options of {@link crossAttention}. */
export interface CrossAttentionOptions {
  /** The first weights of the output, its bias then being zero; PyTorch's by default. */
  readonly init?: Initializer | undefined
  /** Receives the weights, `[N, heads, T, S]`: they sum to 1 over places where there is something, and are 0 elsewhere. */
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
  { vectors, flags }: Context,
  heads: number,
  { init, watch }: CrossAttentionOptions = {},
): Tensor {
  const width = tokens.shape[2]!
  const project = (name: string, x: Tensor): Tensor => linear(scope.child(name), x, width, { bias: false })
  const [q, k, v] = [project('to_q', tokens), project('to_k', vectors), project('to_v', vectors)]
  const seen = attention(q, k, v, heads, {
    ...(flags && { bias: maskBias(flags) }),
    // weights of a row in which all is left out are equal: shown as zero
    ...(watch && {
      watch: (weights) => watch(flags ? where(expandDims(isHidden(flags), [1, 2]), 0, weights) : weights),
    }),
  })
  return linear(scope.child('to_out').child(0), seen, width, { ...(init && { init }) })
}
