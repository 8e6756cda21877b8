/** A residual multilayer perceptron: for points in the plane, tables, latent codes. */
import { add, expectShape, reshape, silu, sizeOf } from '../graph/index.ts'
import type { Shape, Tensor } from '../graph/index.ts'
import { checkConfig, count, countOrNull, counts, countsOrNull, flag, probability, layerCount } from './check-config.ts'
import { conditionsOfKinds } from './condition-config.ts'
import { conditionSpecs, type ConditionSpecs } from './condition-spec.ts'
import { timeAndConditions, usualTimeFeatures } from './conditions.ts'
import { layerNorm, linear } from './layers.ts'
import type { Network, NetworkInputs } from './network.ts'
import type { Scope } from './parameters.ts'

/** Options of {@link mlp}. */
export interface MlpConfig {
  /** One item of the data: `[2]` for points in the plane. */
  readonly input_shape: Shape
  /** One item of the output; null or left out: as the input. */
  readonly output_shape?: Shape | null
  /** Features of the hidden layers; 128 by default. */
  readonly width?: number
  /** Residual blocks; 3 by default. */
  readonly layers?: number
  readonly dropout?: number
  /**
   * Whether hidden layers are normalised; true by default. Without, the network has less than half the operators where it is
   * differentiated several times, as in a continuous flow.
   */
  readonly norm?: boolean
  /** Sinusoidal features of the time, half of them sines; 256 by default. They are most of the cost of a narrow network. */
  readonly time_features?: number
  /** The number of classes; null: unconditional. */
  readonly num_class_embeds?: number | null
  /** Vector conditions by name; null: none. */
  readonly conditions?: ConditionSpecs | null
}

const defaults: Required<MlpConfig> = {
  input_shape: [],
  output_shape: null,
  width: 128,
  layers: 3,
  dropout: 0,
  norm: true,
  time_features: usualTimeFeatures,
  num_class_embeds: null,
  conditions: null,
}

const rules = {
  input_shape: counts,
  output_shape: countsOrNull,
  width: count,
  layers: layerCount,
  dropout: probability,
  norm: flag,
  time_features: count,
  num_class_embeds: countOrNull,
  conditions: conditionsOfKinds('vector'),
} as const

/**
 * `h ← W x`, then per block `h ← h + W₂ drop(silu(W₁ norm(h) + W₃ c))` with c the activated embedding of time and conditions,
 * then `y = W silu(norm(h))`; with `norm: false` the norms are left out.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const network = mlp({ input_shape: [2], width: 64 })
 */
export function mlp(config: MlpConfig): Network {
  const full = Object.freeze(checkConfig('MLP', config, defaults, rules))
  const { conditions, norm, time_features, ...plain } = full
  return Object.freeze({
    className: 'MLP',
    config: Object.freeze({
      _class_name: 'MLP',
      ...plain,
      ...(!norm && { norm }),
      ...(time_features !== defaults.time_features && { time_features }),
      ...(conditions && { conditions }),
    }),
    inputShape: full.input_shape,
    outputShape: full.output_shape ?? full.input_shape,
    conditions: conditionSpecs(full.num_class_embeds, full.conditions),
    sharedTime: true,
    build: (scope: Scope, inputs: NetworkInputs) => build(full, scope, inputs),
  })
}

function build(config: Required<MlpConfig>, scope: Scope, inputs: NetworkInputs): Tensor {
  const { input_shape: inputShape, output_shape, width, dropout: rate } = config
  const { x, dropout } = inputs
  const batch = x.shape[0]!
  const outputShape = output_shape ?? inputShape
  expectShape('MLP: x', x, [batch, ...inputShape])

  const specs = conditionSpecs(config.num_class_embeds, config.conditions)
  const normal = (child: Scope, h: Tensor): Tensor => (config.norm ? layerNorm(child, h) : h)
  const condition = silu(timeAndConditions('MLP', scope, inputs, width, specs, config.time_features))
  let h = linear(scope.child('linear_in'), reshape(x, [batch, sizeOf(inputShape)]), width)
  for (let layer = 0; layer < config.layers; layer++) {
    const block = scope.child('blocks').child(layer)
    const timeTerm = linear(block.child('time_emb_proj'), condition, width)
    const hidden = silu(add(linear(block.child('linear_1'), normal(block.child('norm'), h), width), timeTerm))
    const kept = dropout === undefined || rate === 0 ? hidden : dropout(hidden, rate)
    h = add(h, linear(block.child('linear_2'), kept, width))
  }
  const y = linear(scope.child('linear_out'), silu(normal(scope.child('norm_out'), h)), sizeOf(outputShape))
  return reshape(y, [batch, ...outputShape])
}
