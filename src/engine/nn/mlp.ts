/** A residual multilayer perceptron: for points in the plane, tables, latent codes. */
import { add, expectShape, reshape, silu, sizeOf } from '../graph/index.ts'
import type { Shape, Tensor } from '../graph/index.ts'
import { checkConfig, count, countOrNull, counts, countsOrNull, probability } from './check-config.ts'
import { timeAndClass } from './conditions.ts'
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
  /** The number of classes; null: unconditional. */
  readonly num_class_embeds?: number | null
}

const defaults: Required<MlpConfig> = {
  input_shape: [],
  output_shape: null,
  width: 128,
  layers: 3,
  dropout: 0,
  num_class_embeds: null,
}

const rules = {
  input_shape: counts,
  output_shape: countsOrNull,
  width: count,
  layers: count,
  dropout: probability,
  num_class_embeds: countOrNull,
} as const

/**
 * `h ← W x`, then per block `h ← h + W₂ drop(silu(W₁ norm(h) + W₃ c))` with c the activated embedding of time and class,
 * then `y = W silu(norm(h))`.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const network = mlp({ input_shape: [2], width: 64 })
 */
export function mlp(config: MlpConfig): Network {
  const full = Object.freeze(checkConfig('MLP', config, defaults, rules))
  return Object.freeze({
    className: 'MLP',
    config: Object.freeze({ _class_name: 'MLP', ...full }),
    inputShape: full.input_shape,
    outputShape: full.output_shape ?? full.input_shape,
    classes: full.num_class_embeds ?? 0,
    build: (scope: Scope, inputs: NetworkInputs) => build(full, scope, inputs),
  })
}

function build(config: Required<MlpConfig>, scope: Scope, inputs: NetworkInputs): Tensor {
  const { input_shape: inputShape, output_shape, width, dropout: rate, num_class_embeds: classes } = config
  const { x, dropout } = inputs
  const batch = x.shape[0]!
  const outputShape = output_shape ?? inputShape
  expectShape('MLP: x', x, [batch, ...inputShape])

  const condition = silu(timeAndClass('MLP', scope, inputs, width, classes))
  let h = linear(scope.child('linear_in'), reshape(x, [batch, sizeOf(inputShape)]), width)
  for (let layer = 0; layer < config.layers; layer++) {
    const block = scope.child('blocks').child(layer)
    const told = linear(block.child('time_emb_proj'), condition, width)
    const hidden = silu(add(linear(block.child('linear_1'), layerNorm(block.child('norm'), h), width), told))
    const kept = dropout === undefined || rate === 0 ? hidden : dropout(hidden, rate)
    h = add(h, linear(block.child('linear_2'), kept, width))
  }
  const y = linear(scope.child('linear_out'), silu(layerNorm(scope.child('norm_out'), h)), sizeOf(outputShape))
  return reshape(y, [batch, ...outputShape])
}
