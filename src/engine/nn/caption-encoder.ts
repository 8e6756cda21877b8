/**
 * A small text encoder that is trained along with a network: what stands for no words, such as padding, is left out of attention, and
 * is zero in the output. Vaswani et al. (2017), with norms in front of each branch.
 */
import { TweedieError } from '../../errors.ts'
import {
  add,
  concat,
  div,
  equal,
  filled,
  gelu,
  max,
  mul,
  reshape,
  showShape,
  slice,
  sum,
  where,
} from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { attention, maskBias } from './attention.ts'
import {
  badField,
  checkConfig,
  count,
  type FieldRule,
  flag,
  layerCount,
  positiveNumber,
  probability,
} from './check-config.ts'
import { embedding, layerNorm, linear } from './layers.ts'
import { normalWith } from './parameters.ts'
import type { Scope } from './parameters.ts'
import type { TextCode, TextEncoder, TextEncoderOptions } from './text-encoder.ts'

/** Options of {@link captionEncoder}. */
export interface CaptionEncoderConfig {
  /** The number of tokens. */
  readonly vocab_size: number
  /** The places of a caption. */
  readonly length?: number
  /** Features of a place's vector; the output has one more. */
  readonly hidden_size?: number
  readonly num_layers?: number
  readonly num_attention_heads?: number
  /** Hidden features of a block's perceptron, per feature of a place. */
  readonly mlp_ratio?: number
  /** Tokens that stand for no words: padding, and perhaps a start and an end. */
  readonly silent_tokens?: readonly number[]
  /** Whether there is one vector for the whole caption, too. */
  readonly pooled?: boolean
  readonly dropout?: number
}

type Fields = Required<CaptionEncoderConfig>

const defaults: Omit<Fields, 'vocab_size'> & { readonly vocab_size: number | null } = {
  vocab_size: null,
  length: 32,
  hidden_size: 128,
  num_layers: 2,
  num_attention_heads: 4,
  mlp_ratio: 4,
  silent_tokens: [0],
  pooled: false,
  dropout: 0,
}

const tokens: FieldRule = [
  (value) => Array.isArray(value) && value.every((each) => Number.isInteger(each) && each >= 0),
  'a list of tokens',
]

const rules = {
  vocab_size: count,
  length: count,
  hidden_size: count,
  num_layers: layerCount,
  num_attention_heads: count,
  mlp_ratio: positiveNumber,
  silent_tokens: tokens,
  pooled: flag,
  dropout: probability,
} as const

const className = 'CaptionEncoder'
const epsilon = 1e-5

/**
 * `h = embedding(token) + position`, blocks `h ← h + attention(norm(h)); h ← h + W₂ gelu(W₁ norm(h))`, then `norm(h)` and a flag: 1 at
 * words; at silent tokens, such as padding, all numbers are 0, and nothing attends to them. So an empty caption is all
 * zeros, which is "nothing" of a `sequence` condition (see `ConditionSpec`). `pooled` is the mean over the words, with its
 * flag: 0 for an empty caption.
 *
 * `tokens [N, S]` int32, `S ≤ length`, to `hidden [N, S, hidden_size + 1]` and `pooled [N, hidden_size + 1]`.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const encoder = captionEncoder({ vocab_size: 200, length: 16, hidden_size: 64, silent_tokens: [0] })
 */
export function captionEncoder(options: CaptionEncoderConfig): TextEncoder {
  const config = Object.freeze(checkConfig(className, options, defaults, rules)) as Fields
  const { hidden_size: width, num_attention_heads: heads, vocab_size: vocabulary } = config
  if (width % heads !== 0)
    throw badField(className, 'hidden_size', width, `a multiple of num_attention_heads = ${heads}`)
  const stranger = config.silent_tokens.find((token) => token >= vocabulary)
  if (stranger !== undefined) {
    throw badField(className, 'silent_tokens', config.silent_tokens, `tokens below vocab_size = ${vocabulary}`)
  }
  return Object.freeze<TextEncoder>({
    className,
    config: Object.freeze({ _class_name: className, ...config }),
    length: config.length,
    vocabulary,
    width: width + 1,
    pooledWidth: config.pooled ? width + 1 : undefined,
    masked: true,
    encode: (scope, given, encoding) => encode(config, scope, given, encoding),
  })
}

function encode(config: Fields, scope: Scope, given: Tensor, options: TextEncoderOptions = {}): TextCode {
  const { hidden_size: width, vocab_size: vocabulary, num_layers: layers } = config
  const { skip = 0, finalNorm = true, dropout } = options
  const [batch, places] = given.shape as [number, number]
  if (given.shape.length !== 2 || places > config.length || given.dtype !== 'int32') {
    const got = `${given.dtype} ${showShape(given.shape)}`
    throw new TweedieError('shape', `${className}: tokens: expected int32 [N, ${config.length}] or fewer, got ${got}`)
  }
  if (skip >= layers)
    throw new TweedieError('model', `${className}: skip ${skip} of ${layers} layers: one must be left`)
  const drop = (h: Tensor): Tensor => (dropout && config.dropout > 0 ? dropout(h, config.dropout) : h)
  // [N, S]: 1 at words
  const said = config.silent_tokens.reduce<Tensor>(
    (flags, token) => where(equal(given, token), 0, flags),
    filled(1, given.shape),
  )
  const bias = maskBias(said)
  const embedded = embedding(scope.child('token_embedding'), given, vocabulary, width)
  const all = scope.child('position_embedding').parameter('weight', [config.length, width], normalWith(0.5))
  let h = drop(add(embedded, slice(all, 0, 0, places)))
  let chosen = h
  for (let layer = 0; layer < layers; layer++) {
    h = block(config, scope.child('blocks').child(layer), h, bias, drop)
    if (layer === layers - 1 - skip) chosen = h
  }
  const norm = scope.child('final_norm')
  const flags = reshape(said, [batch, places, 1])
  const masked = (x: Tensor): Tensor => concat([mul(x, flags), flags], 2)
  const normed = masked(layerNorm(norm, h, epsilon))
  const hidden = skip === 0 && finalNorm ? normed : masked(finalNorm ? layerNorm(norm, chosen, epsilon) : chosen)
  if (!config.pooled) return { hidden }
  // at least 1, so that an empty caption is 0
  const words = max(sum(said, 1, { keepDims: true }), 1)
  return { hidden, pooled: div(sum(normed, 1), words) }
}

function block(config: Fields, scope: Scope, x: Tensor, bias: Tensor, drop: (h: Tensor) => Tensor): Tensor {
  const { hidden_size: width, num_attention_heads: heads } = config
  const hidden = Math.round(width * config.mlp_ratio)
  const at = scope.child('attention')
  const seen = layerNorm(scope.child('norm1'), x, epsilon)
  const project = (name: string): Tensor => linear(at.child(name), seen, width)
  const attended = attention(project('to_q'), project('to_k'), project('to_v'), heads, { bias })
  const h = add(x, drop(linear(at.child('to_out'), attended, width)))
  const mlp = scope.child('mlp')
  const thought = gelu(linear(mlp.child('linear_1'), layerNorm(scope.child('norm2'), h, epsilon), hidden))
  return add(h, drop(linear(mlp.child('linear_2'), thought, width)))
}
