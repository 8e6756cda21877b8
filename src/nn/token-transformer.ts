/**
 * A transformer over tokens that looks both ways, for discrete diffusion: it reads noisy tokens and says, for every place,
 * how likely each clean one is. Vaswani et al. (2017), with the adaptive norms of Peebles & Xie (2023) and the rotary
 * positions of Su et al. (2021); as in Sahoo et al., Simple and Effective Masked Diffusion Language Models (2024).
 *
 * Inside, the axis of places comes first: `[T, N, C]`. Then the heads `[T, N · heads, d]` need no copy, the rotation of
 * every place is one product, and what the condition says, `[N, C]`, broadcasts along the first axis.
 */
import { TweedieError } from '../errors.ts'
import {
  add,
  filled,
  gather,
  matmul,
  mul,
  normalize,
  reshape,
  showShape,
  silu,
  softmax,
  transpose,
} from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { badField, checkConfig, count, countOrNull, flag, positiveNumber, probability } from './check-config.ts'
import { classOnly, timeAndClass } from './conditions.ts'
import { linear } from './layers.ts'
import { modulate, modulation } from './modulation.ts'
import type { Network, NetworkInputs } from './network.ts'
import { normalWith, zeros } from './parameters.ts'
import type { Scope } from './parameters.ts'
import { rotary } from './rotary.ts'

/** Options of {@link tokenTransformer}. */
export interface TokenTransformerConfig {
  /** Tokens of a training sequence; the network itself takes any number. */
  readonly length?: number
  /** K, the number of categories that a clean token may be. */
  readonly vocab_size: number
  /** The number of states that a noisy token may be: K (the default), or K + 1 with a mask. */
  readonly num_states?: number | null
  /** Features of a token. */
  readonly hidden_size?: number
  readonly num_layers?: number
  readonly num_attention_heads?: number
  /** Hidden features of a block's perceptron, per feature of a token. */
  readonly mlp_ratio?: number
  /** Whether it is told the time; a mask tells it well enough by the number of masked tokens. */
  readonly time_conditioning?: boolean
  /** The number of classes; null: unconditional. */
  readonly num_class_embeds?: number | null
  readonly dropout?: number
}

type Fields = Required<TokenTransformerConfig> & { readonly num_states: number }

const defaults: Required<Omit<TokenTransformerConfig, 'vocab_size'>> & { readonly vocab_size: number | null } = {
  length: 128,
  vocab_size: null,
  num_states: null,
  hidden_size: 256,
  num_layers: 6,
  num_attention_heads: 8,
  mlp_ratio: 4,
  time_conditioning: false,
  num_class_embeds: null,
  dropout: 0,
}

const rules = {
  length: count,
  vocab_size: count,
  num_states: countOrNull,
  hidden_size: count,
  num_layers: count,
  num_attention_heads: count,
  mlp_ratio: positiveNumber,
  time_conditioning: flag,
  num_class_embeds: countOrNull,
  dropout: probability,
} as const

const className = 'TokenTransformer'

/** What a block is told besides its tokens. */
interface Context {
  readonly config: Fields
  /** `[N, C]`, where the network is told a time or class. */
  readonly condition: Tensor | undefined
  readonly drop: (h: Tensor) => Tensor
}

/**
 * `logits = W norm(h)` after blocks `h ← h + attention(norm(h)); h ← h + W₂ silu(W₁ norm(h))`. Norms have no weights, for the
 * linear layers behind them do; linear layers have no biases. SiLU is GELU in its sigmoid form, x σ(1.702 x), but for the
 * scale of W₁ and W₂. Told a time or class, each norm is scaled and shifted by it, and each branch gated (adaLN-Zero).
 * The first logits are all zero: every token equally likely.
 *
 * `x [N, T]` int32 states, `t [N]` in [0, 1] (read where `time_conditioning`), to logits `[N, T, K]`.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const network = tokenTransformer({ vocab_size: 65, num_states: 66, length: 128 })
 */
export function tokenTransformer(given: TokenTransformerConfig): Network {
  const checked = checkConfig(className, given, defaults, rules)
  const config = Object.freeze({ ...checked, num_states: checked.num_states ?? checked.vocab_size }) as Fields
  const { hidden_size: width, num_attention_heads: heads, vocab_size: logits, num_states: states } = config
  if (width % (2 * heads) !== 0) {
    throw badField(className, 'hidden_size', width, `a multiple of 2 · num_attention_heads = ${2 * heads}`)
  }
  if (states < logits) throw badField(className, 'num_states', states, `vocab_size ${logits} or more`)
  return Object.freeze({
    className,
    config: Object.freeze({ _class_name: className, ...config }),
    inputShape: Object.freeze([config.length]),
    outputShape: Object.freeze([config.length, logits]),
    classes: config.num_class_embeds ?? 0,
    categories: Object.freeze({ states, logits }),
    build: (scope: Scope, inputs: NetworkInputs) => build(config, scope, inputs),
  })
}

function build(config: Fields, scope: Scope, inputs: NetworkInputs): Tensor {
  const { hidden_size: width, dropout: rate } = config
  const { x, dropout } = inputs
  if (x.shape.length !== 2 || x.dtype !== 'int32') {
    throw new TweedieError('shape', `${className}: x: expected int32 [N, length], got ${x.dtype} ${showShape(x.shape)}`)
  }
  const [batch, places] = x.shape as [number, number]
  // Masks are drawn item by item, so their batch axis comes first.
  const mask = (): Tensor => transpose(dropout!(filled(1, [batch, places, width]), rate), [1, 0, 2])
  const context: Context = {
    config,
    condition: conditionOf(config, scope, inputs),
    drop: (h) => (dropout === undefined || rate === 0 ? h : mul(h, mask())),
  }
  const table = scope.child('embed_tokens').parameter('weight', [config.num_states, width], normalWith(spread))
  let h = gather(table, transpose(x, [1, 0]))
  for (let layer = 0; layer < config.num_layers; layer++) h = block(context, scope.child('blocks').child(layer), h)
  return transpose(head(context, scope, h), [1, 0, 2])
}

/** How linear layers and the table begin: N(0, 0.02²), as GPT-2's. */
const spread = 0.02

/** The embedding of time and class, or undefined where the network is told neither. */
function conditionOf(config: Fields, scope: Scope, inputs: NetworkInputs): Tensor | undefined {
  const { hidden_size: width, num_class_embeds: classes, time_conditioning: timed } = config
  if (timed) {
    const steps = { ...inputs, t: mul(inputs.t, 1000) }
    return silu(timeAndClass(className, scope, steps, width, classes))
  }
  const embedded = classOnly(className, scope, inputs, width, classes)
  return embedded && silu(embedded)
}

function block({ config, condition, drop }: Context, scope: Scope, x: Tensor): Tensor {
  const { hidden_size: width, num_attention_heads: heads } = config
  const hidden = Math.round(width * config.mlp_ratio)
  // The sum of 2 · layers branches should begin as wide as one.
  const outward = normalWith(spread / Math.sqrt(2 * config.num_layers))
  const attend = (h: Tensor): Tensor => attention(scope.child('attention'), h, heads, outward)
  const think = (h: Tensor): Tensor => {
    const at = scope.child('mlp')
    return plain(at.child('linear_2'), silu(plain(at.child('linear_1'), h, hidden)), width, outward)
  }
  if (condition === undefined) {
    const h = add(x, drop(attend(normalize(x, epsilon))))
    return add(h, drop(think(normalize(h, epsilon))))
  }
  const told = modulation(scope.child('modulation'), condition, width, 6, [condition.shape[0]!, width])
  const [shift1, scale1, gate1, shift2, scale2, gate2] = told as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]
  const h = add(x, mul(drop(attend(modulate(x, shift1, scale1))), gate1))
  return add(h, mul(drop(think(modulate(h, shift2, scale2))), gate2))
}

const epsilon = 1e-6

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

/** Logits, `[T, N, K]`. */
function head({ config, condition }: Context, scope: Scope, h: Tensor): Tensor {
  const width = config.hidden_size
  const at = scope.child('head')
  if (condition === undefined) return plain(at, normalize(h, epsilon), config.vocab_size, zeros)
  const [shift, scale] = modulation(scope.child('modulation_out'), condition, width, 2, [condition.shape[0]!, width])
  return plain(at, modulate(h, shift!, scale!), config.vocab_size, zeros)
}

const plain = (scope: Scope, x: Tensor, features: number, init = normalWith(spread)): Tensor =>
  linear(scope, x, features, { bias: false, init })
