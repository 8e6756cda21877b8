/** Attention through a few learned points: the induced set attention of Lee et al., Set Transformer (2019). */
import { broadcastTo, normalize } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { attention } from './attention.ts'
import { linear } from './layers.ts'
import { normalWith } from './parameters.ts'
import type { Initializer, Scope } from './parameters.ts'

/** Options of {@link inducedAttention}. */
export interface InducedAttentionOptions {
  /** How many learned points there are, m. */
  readonly points: number
  readonly heads: number
  /** The first weights of all projections. */
  readonly init: Initializer
}

/**
 * `m` learned points attend to all tokens, and the tokens attend to what these gathered: a way from every token to every other
 * one at a cost of n · m instead of n². What was gathered is normalised in between.
 *
 * @param tokens `[N, n, C]`, in any order: the result is in the same
 * @returns `[N, n, C]`
 */
export function inducedAttention(
  scope: Scope,
  tokens: Tensor,
  { points, heads, init }: InducedAttentionOptions,
): Tensor {
  const [batch, , width] = tokens.shape as [number, number, number]
  const project = (name: string, x: Tensor): Tensor => linear(scope.child(name), x, width, { init })
  const learned = scope.parameter('inducing_points', [1, points, width], normalWith(1))
  const asking = broadcastTo(project('gather_q', learned), [batch, points, width])
  const gathered = attention(asking, project('gather_k', tokens), project('gather_v', tokens), heads)
  const known = normalize(linear(scope.child('gather_out'), gathered, width, { init }), 1e-6)
  const seen = attention(project('to_q', tokens), project('to_k', known), project('to_v', known), heads)
  return linear(scope.child('to_out').child(0), seen, width, { init })
}
