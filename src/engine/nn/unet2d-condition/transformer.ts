/**
 * Transformer blocks inside a U-Net: the pixels attend to one another, then to a context, then each passes a perceptron. Names are
 * those of diffusers' `Transformer2DModel` and `BasicTransformerBlock`.
 *
 * Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models (2022), https://arxiv.org/abs/2112.10752
 */
import { add, gelu, mul, reshape, split, transpose } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { type Context, crossAttention } from '../cross-attention.ts'
import { convolution, groupNorm, layerNorm, linear } from '../layers.ts'
import type { AttentionWatcher } from '../network.ts'
import { zeros } from '../parameters.ts'
import type { Scope } from '../parameters.ts'

/** What all transformer blocks of a network share. */
export interface TransformerContext {
  readonly context: Context
  /** Groups of the norm in front. */
  readonly groups: number
  /** Whether the layers in front and behind are linear rather than 1×1 convolutions. */
  readonly linear: boolean
  readonly watch?: AttentionWatcher | undefined
}

/** How many blocks, and how they attend. */
export interface TransformerShape {
  readonly depth: number
  readonly heads: number
  /** Whether the first attention, too, looks at the context. */
  readonly onlyCross: boolean
}

/** Of the group norm in front, whatever that of other norms is: so in diffusers. */
const epsilon = 1e-6

/**
 * `x + proj_out(blocks(proj_in(norm(x))))` over the pixels of `x [N, C, H, W]`, same shape. The last layer begins at zero, so the
 * whole begins as the identity.
 */
export function transformer(
  scope: Scope,
  x: Tensor,
  { depth, heads, onlyCross }: TransformerShape,
  { context, groups, linear: isLinear, watch }: TransformerContext,
): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  const tokens = (h: Tensor): Tensor => transpose(reshape(h, [batch, channels, height * width]), [0, 2, 1])
  const image = (h: Tensor): Tensor => reshape(transpose(h, [0, 2, 1]), x.shape)

  const normal = groupNorm(scope.child('norm'), x, groups, epsilon)
  const [into, out] = [scope.child('proj_in'), scope.child('proj_out')]
  let h = isLinear ? linear(into, tokens(normal), channels) : tokens(convolution(into, normal, channels, { kernel: 1 }))
  for (let i = 0; i < depth; i++) {
    h = block(scope.child('transformer_blocks').child(i), h, context, {
      heads,
      onlyCross,
      watch: watch && ((weights: Tensor): void => watch(weights, [height, width], 'context')),
    })
  }
  const change = isLinear
    ? image(linear(out, h, channels, { init: zeros }))
    : convolution(out, image(h), channels, { kernel: 1, init: zeros })
  return add(x, change)
}

/** `h ← h + attn1(norm1(h)); h ← h + attn2(norm2(h), context); h ← h + ff(norm3(h))`, `[N, T, C]`. */
function block(
  scope: Scope,
  x: Tensor,
  context: Context,
  {
    heads,
    onlyCross,
    watch,
  }: { readonly heads: number; readonly onlyCross: boolean; readonly watch: ((weights: Tensor) => void) | undefined },
): Tensor {
  const first = layerNorm(scope.child('norm1'), x)
  let h = add(
    x,
    onlyCross
      ? crossAttention(scope.child('attn1'), first, context, heads, { watch })
      : crossAttention(scope.child('attn1'), first, { vectors: first }, heads),
  )
  h = add(h, crossAttention(scope.child('attn2'), layerNorm(scope.child('norm2'), h), context, heads, { watch }))
  return add(h, feedForward(scope.child('ff').child('net'), layerNorm(scope.child('norm3'), h)))
}

/** Hidden features of the perceptron, per feature of a token. */
const ratio = 4

/** `W₂ (a ⊙ gelu(b))` with `[a, b] = W₁ x`. Shazeer, GLU Variants Improve Transformer (2020), https://arxiv.org/abs/2002.05202 */
function feedForward(scope: Scope, x: Tensor): Tensor {
  const width = x.shape[2]!
  const hidden = linear(scope.child(0).child('proj'), x, 2 * ratio * width)
  const [value, gate] = split(hidden, 2, [ratio * width, ratio * width])
  return linear(scope.child(2), mul(value!, gelu(gate!)), width)
}
