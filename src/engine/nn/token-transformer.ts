/**
 * A transformer over tokens with attention in both directions, for discrete diffusion: it reads noisy tokens and
 * predicts, for every place, how likely each clean token is. Vaswani et al. (2017), with the adaptive norms of Peebles
 * & Xie (2023) and the rotary
 * positions of Su et al. (2021); as in Sahoo et al., Simple and Effective Masked Diffusion Language Models (2024).
 */
import { TweedieError } from '../../errors.ts'
import { add, equal, gather, mean, mul, showShape, silu, transpose, where } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import {
  badField,
  checkConfig,
  count,
  countOrNull,
  countOrZero,
  type FieldRule,
  oneOf,
  positiveNumber,
  probability,
  layerCount,
} from './check-config.ts'
import { conditionSpecs } from './condition-spec.ts'
import { conditionsOnly, timeAndConditions } from './conditions.ts'
import { neighbourhoods } from './neighbourhoods.ts'
import type { Dropout, Network, NetworkInputs } from './network.ts'
import { normalWith } from './parameters.ts'
import type { Scope } from './parameters.ts'
import { type BlockContext, blocks, dropBy, head } from './transformer-blocks.ts'

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
  /** How many neighbours to either side a block's perceptron sees. */
  readonly neighbours?: number
  /** Rows of each table of neighbourhoods ({@link neighbourhoods}): a power of two, at most 2¹⁸; 0: no tables. */
  readonly neighbourhood_rows?: number
  /** Features of such a row. */
  readonly neighbourhood_size?: number
  /** The share of those rows that are silenced in training, each table at each place by itself. */
  readonly neighbourhood_dropout?: number
  /**
   * Whether the time is an input; or, for tokens that become masks, the share of masks. That is as informative, and
   * does not change while the tokens do not.
   */
  readonly time_conditioning?: boolean | 'masks'
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
  neighbours: 2,
  neighbourhood_rows: 0,
  neighbourhood_size: 64,
  neighbourhood_dropout: 0,
  time_conditioning: false,
  num_class_embeds: null,
  dropout: 0,
}

/** More rows, and the products that number them would not be exact. */
const mostRows = 2 ** 18
const powerOfTwoOrZero: FieldRule = [
  (value) =>
    value === 0 || (Number(value) >= 2 && Number(value) <= mostRows && Number.isInteger(Math.log2(Number(value)))),
  `0, or a power of two from 2 to ${mostRows}`,
]

const rules = {
  length: count,
  vocab_size: count,
  num_states: countOrNull,
  hidden_size: count,
  num_layers: layerCount,
  num_attention_heads: count,
  mlp_ratio: positiveNumber,
  neighbours: countOrZero,
  neighbourhood_rows: powerOfTwoOrZero,
  neighbourhood_size: count,
  neighbourhood_dropout: probability,
  time_conditioning: oneOf(true, false, 'masks'),
  num_class_embeds: countOrNull,
  dropout: probability,
} as const

const className = 'TokenTransformer'

/**
 * `logits = W norm(h)` after blocks `h ← h + attention(norm(h)); h ← h + W₂ silu(W₁ near(norm(h)))`, where `near` adds a weighted
 * sum of each token's neighbours. Norms are shifted and not scaled, for the linear layers behind them have weights and no
 * biases. SiLU is GELU in its sigmoid form, x σ(1.702 x), but for the scale of W₁ and W₂. With a time or class, each
 * norm is scaled and shifted by it, and each branch gated (adaLN, with gates that begin at one).
 * The first logits are all zero: every token equally likely. With `neighbourhood_rows`, a token's embedding is added to by {@link neighbourhoods}.
 *
 * `x [N, T]` int32 states, `t [N]` in [0, 1] (read where `time_conditioning` is true), to logits `[N, T, K]`.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const network = tokenTransformer({ vocab_size: 65, num_states: 66, length: 128 })
 */
export function tokenTransformer(options: TokenTransformerConfig): Network {
  const checked = checkConfig(className, options, defaults, rules)
  const config = Object.freeze({ ...checked, num_states: checked.num_states ?? checked.vocab_size }) as Fields
  const { hidden_size: width, num_attention_heads: heads, vocab_size: logits, num_states: states } = config
  if (width % (2 * heads) !== 0) {
    throw badField(className, 'hidden_size', width, `a multiple of 2 · num_attention_heads = ${2 * heads}`)
  }
  if (states < logits) throw badField(className, 'num_states', states, `vocab_size ${logits} or more`)
  if (config.time_conditioning === 'masks' && states !== logits + 1) {
    throw badField(className, 'num_states', states, `vocab_size + 1 = ${logits + 1}, as the last state is the mask`)
  }
  return Object.freeze({
    className,
    config: Object.freeze({ _class_name: className, ...config }),
    inputShape: Object.freeze([config.length]),
    outputShape: Object.freeze([config.length, logits]),
    conditions: conditionSpecs(config.num_class_embeds),
    categories: Object.freeze({ states, logits }),
    timeless: config.time_conditioning !== true,
    build: (scope: Scope, inputs: NetworkInputs) => build(config, scope, inputs),
  })
}

function build(config: Fields, scope: Scope, inputs: NetworkInputs): Tensor {
  const { x, dropout } = inputs
  if (x.shape.length !== 2 || x.dtype !== 'int32') {
    throw new TweedieError('shape', `${className}: x: expected int32 [N, length], got ${x.dtype} ${showShape(x.shape)}`)
  }
  const context: BlockContext = {
    config,
    condition: conditionOf(config, scope, inputs),
    drop: dropBy(dropout, config.dropout),
  }
  const table = scope.child('embed_tokens').parameter('weight', [config.num_states, config.hidden_size], normalWith(1))
  const tokens = transpose(x, [1, 0])
  const own = gather(table, tokens)
  const h = blocks(
    context,
    scope,
    config.neighbourhood_rows === 0 ? own : add(own, around(config, scope, tokens, dropout)),
  )
  return transpose(head(context, scope, h, config.vocab_size), [1, 0, 2])
}

/** What stands around each token, `[T, N]` to `[T, N, C]`. */
const around = (config: Fields, scope: Scope, tokens: Tensor, dropout: Dropout | undefined): Tensor =>
  neighbourhoods(scope.child('neighbourhoods'), tokens, {
    states: config.num_states,
    rows: config.neighbourhood_rows,
    features: config.neighbourhood_size,
    width: config.hidden_size,
    drop: dropout && config.neighbourhood_dropout > 0 ? dropBy(dropout, config.neighbourhood_dropout) : undefined,
  })

/** The embedding of time and class, or undefined if the network has neither. */
function conditionOf(config: Fields, scope: Scope, inputs: NetworkInputs): Tensor | undefined {
  const { hidden_size: width, num_class_embeds: classes, time_conditioning: timed } = config
  const specs = conditionSpecs(classes)
  if (timed !== false) {
    const share = timed === true ? inputs.t : mean(where(equal(inputs.x, config.vocab_size), 1, 0), 1)
    return silu(timeAndConditions(className, scope, { ...inputs, t: mul(share, 1000) }, width, specs))
  }
  const embedded = conditionsOnly(className, scope, inputs, width, specs)
  return embedded && silu(embedded)
}
