/**
 * A transformer over noisy embeddings, for Gaussian diffusion of text: it reads a noisy point for every place and
 * predicts the clean embedding there. Its table of embeddings is learned too. Li et al., Diffusion-LM
 * Improves Controllable Text Generation (2022).
 */
import { TweedieError } from '../../errors.ts'
import { add, normalize, showShape, silu, transpose } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { badField, checkConfig, count, flag, positiveNumber, probability, layerCount } from './check-config.ts'
import { type ConditionSpecs, conditionSpecs } from './condition-spec.ts'
import { timeAndConditions } from './conditions.ts'
import type { Network, NetworkInputs } from './network.ts'
import { normalWith } from './parameters.ts'
import type { Scope } from './parameters.ts'
import { type BlockContext, blocks, dropBy, head, plain } from './transformer-blocks.ts'

/** A network over the embeddings of tokens: `x` and its output are `[N, L, d]`. */
export interface EmbeddingNetwork extends Network {
  readonly vocabulary: {
    /** K. */
    readonly tokens: number
    /** d. */
    readonly features: number
  }
  /** The embeddings, `[K, d]`, as an expression of the parameters. */
  table(scope: Scope): Tensor
}

/** Options of {@link embeddingTransformer}. */
export interface EmbeddingTransformerConfig {
  /** Tokens of a sequence. */
  readonly length?: number
  /** K, the number of tokens there are. */
  readonly vocab_size: number
  /** d, the features of an embedding. */
  readonly embedding_size?: number
  /** Features of a token inside. */
  readonly hidden_size?: number
  readonly num_layers?: number
  readonly num_attention_heads?: number
  /** Hidden features of a block's perceptron, per feature of a token. */
  readonly mlp_ratio?: number
  readonly dropout?: number
  /** Whether it is told its estimate of a step before, as the condition `estimate`: a vector for every place, or nothing. */
  readonly self_conditioning?: boolean
}

type Fields = Required<EmbeddingTransformerConfig>

const defaults: Omit<Fields, 'vocab_size'> & { readonly vocab_size: number | null } = {
  length: 64,
  vocab_size: null,
  embedding_size: 32,
  hidden_size: 256,
  num_layers: 6,
  num_attention_heads: 8,
  mlp_ratio: 4,
  dropout: 0,
  self_conditioning: false,
}

const rules = {
  length: count,
  vocab_size: count,
  embedding_size: count,
  hidden_size: count,
  num_layers: layerCount,
  num_attention_heads: count,
  mlp_ratio: positiveNumber,
  dropout: probability,
  self_conditioning: flag,
} as const

const className = 'EmbeddingTransformer'

/**
 * `x̂₀ = W norm(h)` after the blocks of {@link blocks} on `h = V x`. The time scales and shifts every norm and gates every branch. The
 * embeddings are rows of `embed_tokens.weight` of zero mean and unit variance each: so they cannot shrink, which would
 * lower the error without learning anything. The first x̂₀ is zero.
 *
 * A network that is told its estimate adds `U [x̂₀, 1]` to `V x`, nothing where there is none (Chen et al., Analog Bits (2022),
 * https://arxiv.org/abs/2208.04202).
 *
 * `x [N, L, d]`, `t [N]` in steps 0 … 1000, to `[N, L, d]`.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const network = embeddingTransformer({ vocab_size: 65, length: 64, embedding_size: 32 })
 */
export function embeddingTransformer(options: EmbeddingTransformerConfig): EmbeddingNetwork {
  const config = Object.freeze(checkConfig(className, options, defaults, rules)) as Fields
  const { length, vocab_size: tokens, embedding_size: features, hidden_size: width, num_attention_heads } = config
  if (width % (2 * num_attention_heads) !== 0) {
    throw badField(
      className,
      'hidden_size',
      width,
      `a multiple of 2 · num_attention_heads = ${2 * num_attention_heads}`,
    )
  }
  if (features < 2) throw badField(className, 'embedding_size', features, '2 or more')
  const shape = Object.freeze([length, features])
  return Object.freeze({
    className,
    config: Object.freeze({ _class_name: className, ...config }),
    inputShape: shape,
    outputShape: shape,
    conditions: conditionsOf(config),
    vocabulary: Object.freeze({ tokens, features }),
    table: (scope: Scope) => tableOf(config, scope),
    build: (scope: Scope, inputs: NetworkInputs) => build(config, scope, inputs),
  })
}

/** The estimate, if it is told that. */
function conditionsOf({ length, embedding_size, self_conditioning }: Fields): ConditionSpecs {
  const estimate = { kind: 'sequence', length, size: embedding_size, nothing: true } as const
  return conditionSpecs(null, self_conditioning ? { estimate } : null)
}

/** Whether a network is over embeddings. */
export function isEmbeddingNetwork(network: Network): network is EmbeddingNetwork {
  return 'vocabulary' in network
}

function tableOf({ vocab_size, embedding_size }: Fields, scope: Scope): Tensor {
  const rows = scope.child('embed_tokens').parameter('weight', [vocab_size, embedding_size], normalWith(1))
  return normalize(rows, 1e-6)
}

function build(config: Fields, scope: Scope, inputs: NetworkInputs): Tensor {
  const { hidden_size: width, embedding_size: features } = config
  const { x, dropout } = inputs
  if (x.shape.length !== 3 || x.shape[2] !== features || x.dtype !== 'float32') {
    const got = `${x.dtype} ${showShape(x.shape)}`
    throw new TweedieError('shape', `${className}: x: expected float32 [N, length, ${features}], got ${got}`)
  }
  tableOf(config, scope)
  const context: BlockContext = {
    config: { ...config, neighbours: 0 },
    condition: silu(timeAndConditions(className, scope, inputs, width, conditionsOf(config))),
    drop: dropBy(dropout, config.dropout),
  }
  const embedded = (name: string, rows: Tensor): Tensor =>
    plain(scope.child(name), transpose(rows, [1, 0, 2]), width, normalWith(1 / Math.sqrt(features)))
  const noisy = embedded('embed_noisy', x)
  const placed = config.self_conditioning
    ? add(noisy, embedded('embed_estimate', inputs.conditions!['estimate']!))
    : noisy
  return transpose(head(context, scope, blocks(context, scope, placed), features), [1, 0, 2])
}
