/** An autoencoder of fully connected layers: for points, tables, small images. Its code is a diagonal Gaussian. */
import { clamp, expectShape, gelu, relu, reshape, silu, sizeOf, tanh } from '../graph/index.ts'
import type { Shape, Tensor } from '../graph/index.ts'
import type { Autoencoder, AutoencoderOptions, Code } from './autoencoder.ts'
import { checkConfig, count, counts, type FieldRule, oneOf, probability } from './check-config.ts'
import { linear } from './layers.ts'
import type { Scope } from './parameters.ts'

const activations = Object.freeze({ tanh, silu, relu, gelu })

/** Options of {@link mlpAutoencoder}. */
export interface MlpAutoencoderConfig {
  /** One item of the data: `[2]` for points in the plane, `[1, 28, 28]` for grey images. */
  readonly input_shape: Shape
  /** Numbers in a code. */
  readonly latent_size: number
  /** Features of the encoder's hidden layers; the decoder has them in reverse. None: both are linear. `[200, 200]` by default. */
  readonly widths?: readonly number[]
  /** Between the layers: tanh by default, or silu, relu, gelu. */
  readonly act_fn?: keyof typeof activations
  /** The share of hidden activations that is dropped while training; 0 by default. */
  readonly dropout?: number
}

const defaults: Required<MlpAutoencoderConfig> = {
  input_shape: [],
  latent_size: 0,
  widths: [200, 200],
  act_fn: 'tanh',
  dropout: 0,
}

const countsOrNone: FieldRule = [
  (value) => (Array.isArray(value) && value.length === 0) || counts[0](value),
  'a list of positive integers, or an empty one',
]

const rules = {
  input_shape: counts,
  latent_size: count,
  widths: countsOrNone,
  act_fn: oneOf(...Object.keys(activations)),
  dropout: probability,
} as const

/** Where log-variances end, so that none overflows: diffusers' limits. */
const leastLogVariance = -30
const mostLogVariance = 20

/**
 * The encoder: hidden layers h ← a(W h + b), then two linear layers, one for the mean of the code and one for its log-variance,
 * within [−30, 20]. The decoder: hidden layers, then one linear layer. Kingma & Welling, Auto-Encoding Variational Bayes
 * (2013), appendix C.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const autoencoder = mlpAutoencoder({ input_shape: [1, 28, 28], latent_size: 50 })
 */
export function mlpAutoencoder(config: MlpAutoencoderConfig): Autoencoder {
  const full = Object.freeze(checkConfig('MLPAutoencoder', config, defaults, rules))
  return Object.freeze<Autoencoder>({
    className: 'MLPAutoencoder',
    config: Object.freeze({ _class_name: 'MLPAutoencoder', ...full }),
    inputShape: full.input_shape,
    latentShape: Object.freeze([full.latent_size]),
    outputShape: full.input_shape,
    encode: (scope, x, options) => encode(full, scope.child('encoder'), x, options),
    decode: (scope, z, options) => decode(full, scope.child('decoder'), z, options),
  })
}

function encode(config: Required<MlpAutoencoderConfig>, scope: Scope, x: Tensor, options?: AutoencoderOptions): Code {
  const { input_shape: shape, latent_size: size, widths } = config
  const batch = x.shape[0]!
  expectShape('MLPAutoencoder: x', x, [batch, ...shape])
  const h = hidden(config, scope, reshape(x, [batch, sizeOf(shape)]), widths, options)
  const mean = linear(scope.child('mean'), h, size)
  const logVariance = linear(scope.child('log_variance'), h, size)
  return { mean, logVariance: clamp(logVariance, leastLogVariance, mostLogVariance) }
}

function decode(config: Required<MlpAutoencoderConfig>, scope: Scope, z: Tensor, options?: AutoencoderOptions): Tensor {
  const { input_shape: shape, latent_size: size, widths } = config
  const batch = z.shape[0]!
  expectShape('MLPAutoencoder: z', z, [batch, size])
  const h = hidden(config, scope, z, widths.toReversed(), options)
  return reshape(linear(scope.child('out'), h, sizeOf(shape)), [batch, ...shape])
}

function hidden(
  { act_fn: name, dropout: rate }: Required<MlpAutoencoderConfig>,
  scope: Scope,
  x: Tensor,
  widths: readonly number[],
  { dropout }: AutoencoderOptions = {},
): Tensor {
  return widths.reduce((h, width, i) => {
    const next = activations[name](linear(scope.child('layers').child(i), h, width))
    return dropout === undefined || rate === 0 ? next : dropout(next, rate)
  }, x)
}
