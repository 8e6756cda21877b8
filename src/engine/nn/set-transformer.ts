/**
 * A transformer over sets of points. Lee et al., Set Transformer (2019), https://arxiv.org/abs/1810.00825; with the blocks of
 * Peebles & Xie, Scalable Diffusion Models with Transformers (2023).
 */
import { TweedieError } from '../../errors.ts'
import { add, expectShape, gelu, mul, showShape, silu } from '../graph/index.ts'
import type { Shape, Tensor } from '../graph/index.ts'
import { selfAttention } from './attention.ts'
import {
  badField,
  checkConfig,
  count,
  countOrNull,
  countOrZero,
  counts,
  layerCount,
  positiveNumber,
  probability,
} from './check-config.ts'
import { conditionsOfKinds } from './condition-config.ts'
import { conditionSpecs, type ConditionSpecs } from './condition-spec.ts'
import { timeAndConditions } from './conditions.ts'
import { inducedAttention } from './induced-attention.ts'
import { linear } from './layers.ts'
import { modulate, modulation } from './modulation.ts'
import type { Network, NetworkInputs } from './network.ts'
import { uniformWithin, zeros } from './parameters.ts'
import type { Scope } from './parameters.ts'
import { waves } from './point-waves.ts'

/** Options of {@link setTransformer}. */
export interface SetTransformerConfig {
  /** One item: `[n, d]`, n points of d coordinates. */
  readonly input_shape: Shape
  /** Features of a point; 96 by default. */
  readonly hidden_size?: number
  /** Blocks; 4 by default. */
  readonly num_layers?: number
  readonly num_attention_heads?: number
  /** Hidden features of a block's perceptron, per feature of a point; 2 by default. */
  readonly mlp_ratio?: number
  /** How many frequencies of sines and cosines each coordinate is shown by, besides itself; 6 by default. */
  readonly num_frequencies?: number
  /**
   * 0: all points attend to all others, at a cost of n². Otherwise so many learned points gather from all and give back, at a cost
   * of n times their number: for sets of many points.
   */
  readonly num_inducing_points?: number
  readonly dropout?: number
  /** The number of classes; null: unconditional. */
  readonly num_class_embeds?: number | null
  /** Vector conditions by name; null: none. */
  readonly conditions?: ConditionSpecs | null
}

type Fields = Required<SetTransformerConfig>

const defaults: Fields = {
  input_shape: [],
  hidden_size: 96,
  num_layers: 4,
  num_attention_heads: 4,
  mlp_ratio: 2,
  num_frequencies: 6,
  num_inducing_points: 0,
  dropout: 0,
  num_class_embeds: null,
  conditions: null,
}

const rules = {
  input_shape: counts,
  hidden_size: count,
  num_layers: layerCount,
  num_attention_heads: count,
  mlp_ratio: positiveNumber,
  num_frequencies: countOrZero,
  num_inducing_points: countOrZero,
  dropout: probability,
  num_class_embeds: countOrNull,
  conditions: conditionsOfKinds('vector'),
} as const

/**
 * A transformer without positions: points `[N, n, d]` in, a vector for each out, and where the points of the input change
 * places, so do those of the output. A point is shown by its coordinates, and their sines and cosines; time and class act as in `dit`:
 * `h ← h + γ₁ attention(μ₁(h)); h ← h + γ₂ mlp(μ₂(h))` with `μ(h) = (1 + scale) norm(h) + shift`, at first the identity.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const network = setTransformer({ input_shape: [256, 3], hidden_size: 96, num_layers: 4, num_class_embeds: 8 })
 */
export function setTransformer(config: SetTransformerConfig): Network {
  const full = Object.freeze(checkConfig('SetTransformer', config, defaults, rules))
  const { input_shape: shape, hidden_size: width, num_attention_heads: heads, conditions, ...plain } = full
  if (shape.length !== 2) {
    throw new TweedieError(
      'model',
      `SetTransformer: input_shape is ${showShape(shape)}, expected [points, coordinates]`,
    )
  }
  if (width % heads !== 0) {
    throw badField('SetTransformer', 'num_attention_heads', heads, `a divisor of hidden_size ${width}`)
  }
  const written = { input_shape: shape, hidden_size: width, num_attention_heads: heads, ...plain }
  return Object.freeze({
    className: 'SetTransformer',
    config: Object.freeze({ _class_name: 'SetTransformer', ...written, ...(conditions && { conditions }) }),
    inputShape: shape,
    outputShape: shape,
    conditions: conditionSpecs(full.num_class_embeds, conditions),
    build: (scope: Scope, inputs: NetworkInputs) => build(full, scope, inputs),
  })
}

/** What all blocks of a network share. */
interface Blocks {
  readonly config: Fields
  /** The activated embedding of time and conditions. */
  readonly condition: Tensor
  readonly drop: (h: Tensor) => Tensor
}

function build(config: Fields, scope: Scope, inputs: NetworkInputs): Tensor {
  const { x, dropout } = inputs
  const { hidden_size: width, dropout: rate } = config
  const [batch, points] = x.shape as [number, number]
  const coordinates = config.input_shape[1]!
  expectShape('SetTransformer: x', x, [batch, points, coordinates])
  const specs = conditionSpecs(config.num_class_embeds, config.conditions)
  const condition = silu(timeAndConditions('SetTransformer', scope, inputs, width, specs))
  const drop = (h: Tensor): Tensor => (dropout === undefined || rate === 0 ? h : dropout(h, rate))
  let h = xavierLinear(scope.child('point_embed'), waves(x, config.num_frequencies), width)
  for (let layer = 0; layer < config.num_layers; layer++) {
    h = block({ config, condition, drop }, scope.child('blocks').child(layer), h)
  }
  const place = [condition.shape[0]!, 1, width]
  const [shift, scale] = modulation(scope.child('modulation_out'), condition, width, [0, 0], place)
  return linear(scope.child('proj_out'), modulate(h, shift!, scale!), coordinates, { init: zeros })
}

function block({ config, condition, drop }: Blocks, scope: Scope, x: Tensor): Tensor {
  const { hidden_size: width, num_attention_heads: heads, num_inducing_points: seeds, mlp_ratio: ratio } = config
  const place = [condition.shape[0]!, 1, width]
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulation(
    scope.child('modulation'),
    condition,
    width,
    [0, 0, 0, 0, 0, 0],
    place,
  )
  const init = xavier(width, width)
  const seen = modulate(x, shift1!, scale1!)
  const attended =
    seeds > 0
      ? inducedAttention(scope.child('attention'), seen, { points: seeds, heads, init })
      : selfAttention(scope.child('attention'), seen, heads, { init })
  const h = add(x, mul(gate1!, drop(attended)))
  const mlp = scope.child('mlp')
  const hidden = gelu(xavierLinear(mlp.child('linear_1'), modulate(h, shift2!, scale2!), Math.round(width * ratio)))
  return add(h, mul(gate2!, drop(xavierLinear(mlp.child('linear_2'), hidden, width))))
}

/** Glorot & Bengio (2010): uniform with variance 2 / (fanIn + fanOut). */
const xavier = (inFeatures: number, outFeatures: number) => uniformWithin(Math.sqrt(6 / (inFeatures + outFeatures)))

const xavierLinear = (scope: Scope, x: Tensor, outFeatures: number): Tensor =>
  linear(scope, x, outFeatures, { init: xavier(x.shape.at(-1)!, outFeatures) })
