/**
 * Causal maps of tokens: token i is mapped, number by number, by parameters that a transformer makes of the tokens before it.
 * Zhai et al., Normalizing Flows are Capable Generative Models (2024), whose blocks have affine maps.
 */
import { add, constant, matmul, mul, pad, reshape, silu, slice, softmax, transpose } from '../../engine/graph/index.ts'
import type { Shape, Tensor } from '../../engine/graph/index.ts'
import { layerNorm, linear } from '../../engine/nn/layers.ts'
import { normalWith, zeros } from '../../engine/nn/parameters.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import { TweedieError } from '../../errors.ts'
import type { Bijection, FlowContext } from './bijection.ts'
import type { ConditionerSize } from './conditioner.ts'
import type { ElementTransform } from './element-transform.ts'
import { sumItems } from './sum-items.ts'
import { withinToken } from './within-token.ts'

/** The size of the transformer. */
export interface CausalSize extends ConditionerSize {
  readonly heads: number
  /** Features of the layer by which numbers see those before them in their token; 0 (default): they do not. */
  readonly inner?: number | undefined
}

/**
 * `y_i = T(x_i; θ_i(x_1 … x_{i−1}))` for tokens `[T, C]`: log |det| = Σ log T′. Its inverse takes up to T calls; up to
 * T · C, if numbers see those before them in their token.
 *
 * @throws TweedieError `model` where the heads do not divide the width
 * @example
 * causal([49, 16], affineTransform(), { width: 128, layers: 4, heads: 4, dropout: 0 })
 */
export function causal(shape: Shape, transform: ElementTransform, size: CausalSize): Bijection {
  const [tokens, features] = shape as [number, number]
  const { inner = 0 } = size
  if (size.width % size.heads !== 0) {
    throw new TweedieError('model', `${size.heads} heads do not divide the width ${size.width}`)
  }
  const parameters = (scope: Scope, x: Tensor, context: FlowContext): Tensor => {
    const raw = transformer(scope, x, transform.parameters, size, context)
    return reshape(raw, [x.shape[0]!, tokens, features, transform.parameters])
  }
  return Object.freeze<Bijection>({
    name: `causal ${transform.name}`,
    shape,
    outputShape: shape,
    forward(scope, x, context) {
      if (transform.box !== undefined) context.watch?.(x, transform.box)
      const { y, logDerivative } = transform.forward(x, parameters(scope, x, context))
      return { y, logDet: sumItems(logDerivative) }
    },
    sequential: {
      rounds: tokens * (inner > 0 ? features : 1),
      step: (scope, y, x, context) => transform.inverse(y, parameters(scope, x, context)).y,
    },
  })
}

/** `[N, T, C] → [N, T, C · parameters]`: those of token i depend on the tokens before it. Inside, the axis of tokens comes first. */
function transformer(
  scope: Scope,
  x: Tensor,
  parameters: number,
  { width, layers, heads, dropout, inner = 0 }: CausalSize,
  { condition, drop }: FlowContext,
): Tensor {
  const [batch, tokens] = x.shape as [number, number]
  const before = pad(slice(x, 1, 0, tokens - 1), [0, 1, 0], [0, 0, 0])
  const placed = scope.parameter('position', [tokens, 1, width], normalWith(0.1))
  const told = condition && linear(scope.child('condition'), condition, width)
  const dropped = (h: Tensor): Tensor => (drop && dropout > 0 ? drop(h, dropout) : h)
  let h = add(transpose(linear(scope.child('linear_in'), before, width), [1, 0, 2]), placed)
  if (told) h = add(h, told)
  const outward = (fanIn: number) => ({ init: normalWith(1 / Math.sqrt(2 * layers * fanIn)) })
  for (let layer = 0; layer < layers; layer++) {
    const block = scope.child('blocks').child(layer)
    const seen = attention(block, layerNorm(block.child('norm1'), h), heads, tokens)
    h = add(h, linear(block.child('to_out'), seen, width, outward(width)))
    const inner = linear(block.child('linear_1'), layerNorm(block.child('norm2'), h), 4 * width)
    const hidden = reshape(dropped(reshape(silu(inner), [tokens * batch, 4 * width])), inner.shape)
    h = add(h, linear(block.child('linear_2'), hidden, width, outward(4 * width)))
  }
  const last = transpose(layerNorm(scope.child('norm_out'), h), [1, 0, 2])
  if (inner > 0) return withinToken(scope.child('within'), last, x, parameters, inner)
  return linear(scope.child('linear_out'), last, x.shape[2]! * parameters, { init: zeros })
}

/** Causal self-attention, `[T, N, C]`, same shape: a token sees itself and those before it. */
function attention(scope: Scope, x: Tensor, heads: number, tokens: number): Tensor {
  const [, batch, width] = x.shape as [number, number, number]
  const features = width / heads
  const project = (name: string): Tensor => {
    const each = linear(scope.child(name), x, width, { bias: false, init: normalWith(1 / Math.sqrt(width)) })
    return transpose(reshape(each, [tokens, batch * heads, features]), [1, 0, 2])
  }
  const scores = matmul(mul(project('to_q'), 1 / Math.sqrt(features)), project('to_k'), { transposeB: true })
  const seen = matmul(softmax(add(scores, constant(later(tokens), [tokens, tokens]))), project('to_v'))
  return reshape(transpose(seen, [1, 0, 2]), x.shape)
}

/** What is added to the scores of later tokens, so that none of them is seen. */
function later(tokens: number): Float32Array {
  return Float32Array.from({ length: tokens * tokens }, (_, i) => (i % tokens > Math.floor(i / tokens) ? -1e9 : 0))
}
