/**
 * The blocks of a transformer with attention in both directions, between its input and output layers.
 * Vaswani et al. (2017), with the adaptive norms of Peebles & Xie (2023) and the rotary positions of Su et al. (2021).
 *
 * The axis of places comes first: `[T, N, C]`. Then the heads `[T, N · heads, d]` need no copy, the rotation of every place is
 * one product, and the condition, `[N, C]`, broadcasts along the first axis.
 */
import {
  add,
  filled,
  matmul,
  mul,
  normalize,
  pad,
  reshape,
  silu,
  slice,
  softmax,
  split,
  transpose,
} from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { linear } from './layers.ts'
import { modulate, modulation } from './modulation.ts'
import type { Dropout } from './network.ts'
import { normalWith, zeros } from './parameters.ts'
import type { Scope } from './parameters.ts'
import { rotary } from './rotary.ts'

/** The sizes of the blocks. */
export interface BlockConfig {
  /** Features of a token. */
  readonly hidden_size: number
  readonly num_layers: number
  readonly num_attention_heads: number
  /** Hidden features of a block's perceptron, per feature of a token. */
  readonly mlp_ratio: number
  /** How many neighbours to either side a block's perceptron sees. */
  readonly neighbours: number
}

/** The inputs of a block besides its tokens. */
export interface BlockContext {
  readonly config: BlockConfig
  /** `[N, C]`, if the network has a time or class. */
  readonly condition: Tensor | undefined
  readonly drop: (h: Tensor) => Tensor
}

const epsilon = 1e-6

/**
 * `h ← h + attention(norm(h)); h ← h + W₂ silu(W₁ near(norm(h)))`, once for each layer; `h [T, N, C]`, same shape. With
 * a condition, each branch is multiplied by a gate, which begins at one: with DiT's zeros behind a head of zeros,
 * nothing is learned for hundreds of steps while all masked tokens are alike.
 */
export function blocks(context: BlockContext, scope: Scope, h: Tensor): Tensor {
  for (let layer = 0; layer < context.config.num_layers; layer++) {
    h = block(context, scope.child('blocks').child(layer), h)
  }
  return h
}

/** `W norm(h)`, at first zero: `[T, N, C] → [T, N, features]`. */
export function head({ config, condition }: BlockContext, scope: Scope, h: Tensor, features: number): Tensor {
  const { hidden_size: width } = config
  const at = scope.child('head')
  if (condition === undefined) return plain(at, shifted(at.child('norm'), h), features, zeros)
  const [shift, scale] = modulation(
    scope.child('modulation_out'),
    condition,
    width,
    [0, 0],
    [condition.shape[0]!, width],
  )
  return plain(at, modulate(h, shift!, scale!), features, zeros)
}

/** Drops features of `[T, N, C]`. Masks are drawn item by item, so their batch axis comes first. */
export function dropBy(dropout: Dropout | undefined, rate: number): BlockContext['drop'] {
  if (dropout === undefined || rate === 0) return (h) => h
  return (h) => {
    const [places, batch, width] = h.shape as [number, number, number]
    return mul(h, transpose(dropout(filled(1, [batch, places, width]), rate), [1, 0, 2]))
  }
}

function block({ config, condition, drop }: BlockContext, scope: Scope, x: Tensor): Tensor {
  const { hidden_size: width, num_attention_heads: heads } = config
  const hidden = Math.round(width * config.mlp_ratio)
  // The sum of 2 · layers branches should begin as wide as one: as wide as what they are added to.
  const outward = (fanIn: number) => normalWith(1 / Math.sqrt(2 * config.num_layers * fanIn))
  const attend = (h: Tensor): Tensor => attention(scope.child('attention'), h, heads, outward(width))
  const think = (h: Tensor): Tensor => {
    const at = scope.child('mlp')
    const seen = near(scope.child('near'), h, config.neighbours)
    return plain(at.child('linear_2'), silu(plain(at.child('linear_1'), seen, hidden)), width, outward(hidden))
  }
  if (condition === undefined) {
    const h = add(x, drop(attend(shifted(scope.child('norm1'), x))))
    return add(h, drop(think(shifted(scope.child('norm2'), h))))
  }
  const modulations = modulation(
    scope.child('modulation'),
    condition,
    width,
    [0, 0, 1, 0, 0, 1],
    [condition.shape[0]!, width],
  )
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulations as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
  const h = add(x, mul(drop(attend(modulate(x, shift1, scale1))), gate1))
  return add(h, mul(drop(think(modulate(h, shift2, scale2))), gate2))
}

/** Self-attention with rotary positions; `x [T, N, C]`, same shape. */
function attention(scope: Scope, x: Tensor, heads: number, outward: ReturnType<typeof normalWith>): Tensor {
  const [places, batch, width] = x.shape as [number, number, number]
  const features = width / heads
  const project = (name: string): Tensor => plain(scope.child(name), x, width)
  // [T, N · heads, d] → [N · heads, T, d]
  const byHead = (h: Tensor): Tensor => transpose(h, [1, 0, 2])
  const q = byHead(rotary(project('to_q'), heads, 1 / Math.sqrt(features)))
  const k = byHead(rotary(project('to_k'), heads))
  const v = byHead(reshape(project('to_v'), [places, batch * heads, features]))
  const seen = matmul(softmax(matmul(q, k, { transposeB: true })), v)
  return plain(scope.child('to_out'), reshape(byHead(seen), x.shape), width, outward)
}

/**
 * A depthwise convolution along the places, added to what it reads: `h_p + Σ w_k ∘ h_(p+k)` over the neighbours to either side,
 * and nothing beyond the ends. A masked token's neighbours tell most about it, and attention alone is slow to learn
 * where they are. So et al., Primer (2021); Allen-Zhu, Physics of Language Models 4.1: Canon Layers (2025).
 */
function near(scope: Scope, h: Tensor, neighbours: number): Tensor {
  if (neighbours === 0) return h
  const [places, , width] = h.shape as [number, number, number]
  const weights = split(
    scope.parameter('weight', [2 * neighbours, width], normalWith(0.3)),
    0,
    Array.from({ length: 2 * neighbours }, () => 1),
  )
  const padded = pad(h, [neighbours, 0, 0], [neighbours, 0, 0])
  return weights.reduce((sum, weight, i) => {
    const from = i < neighbours ? i : i + 1
    return add(sum, mul(slice(padded, 0, from, from + places), weight))
  }, h)
}

/**
 * `norm(h) + b`. The linear layers behind it have neither biases nor need a scale here; but without b, no direction is the same
 * for all tokens, and attention to a place, whatever stands there, is hard to learn.
 */
const shifted = (scope: Scope, h: Tensor): Tensor =>
  add(normalize(h, epsilon), scope.parameter('bias', [h.shape.at(-1)!], zeros))

/**
 * A linear layer without a bias, which at first keeps the size of its input: N(0, 1/fanIn). GPT-2's 0.02 is
 * far less than that at the widths of small models, and text was learned more slowly.
 */
export const plain = (
  scope: Scope,
  x: Tensor,
  features: number,
  init = normalWith(1 / Math.sqrt(x.shape.at(-1)!)),
): Tensor => linear(scope, x, features, { bias: false, init })
