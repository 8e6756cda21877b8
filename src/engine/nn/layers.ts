/**
 * Layers: functions of a scope, in which they declare parameters, and a tensor. Names, shapes and first values are
 * PyTorch's: weights and biases of linear and convolutional layers are uniform in ±1/√fanIn, norms begin as identities.
 */
import { TweedieError } from '../../errors.ts'
import { add, conv, gather, matmul, mul, normalize, reshape, sizeOf } from '../graph/index.ts'
import type { ConvOptions, Tensor } from '../graph/index.ts'
import { changeConvolution, changeLinear } from './low-rank.ts'
import { normalWith, ones, uniformWithin, zeros } from './parameters.ts'
import type { Initializer, Scope } from './parameters.ts'

/** Options of layers with a weight and a bias. */
export interface AffineOptions {
  /** Whether to add a bias; yes by default. */
  readonly bias?: boolean
  /** The initial weight (the bias is then zero); by default both are uniform in ±1/√fanIn. */
  readonly init?: Initializer
}

/** Options of {@link linear}. */
export interface LinearOptions extends AffineOptions {
  /** The initial bias, if it is neither zero nor uniform. */
  readonly biasInit?: Initializer
}

/** `x Wᵀ + b` over the last axis: `[…, in] → […, out]`, with `weight [out, in]`. */
export function linear(
  scope: Scope,
  x: Tensor,
  outFeatures: number,
  { bias = true, init, biasInit }: LinearOptions = {},
): Tensor {
  const inFeatures = x.shape.at(-1)!
  const spread = uniformWithin(1 / Math.sqrt(inFeatures))
  const weight = scope.parameter('weight', [outFeatures, inFeatures], init ?? spread)
  const change = scope.change('weight', weight.shape)
  const plain = matmul(x, weight, { transposeB: true })
  const y = change ? changeLinear(x, plain, change) : plain
  return bias ? add(y, scope.parameter('bias', [outFeatures], biasInit ?? (init ? zeros : spread))) : y
}

/** Options of {@link convolution}. */
export interface ConvolutionOptions extends AffineOptions, ConvOptions {
  /** Taps along every spatial axis; 3 by default. */
  readonly kernel?: number
}

/**
 * Convolution in as many dimensions as `x` has behind its channels: `x [N, C, …S] → [N, outChannels, …]`, with
 * `weight [outChannels, C / groups, …K]`. By default 3 taps, padded so that the size stays.
 */
export function convolution(scope: Scope, x: Tensor, outChannels: number, options: ConvolutionOptions = {}): Tensor {
  const { bias = true, init, kernel = 3, groups = 1, padding = Math.floor(kernel / 2), ...rest } = options
  const spatial = x.shape.slice(2)
  const shape = [outChannels, x.shape[1]! / groups, ...spatial.map(() => kernel)]
  const spread = uniformWithin(1 / Math.sqrt(sizeOf(shape.slice(1))))
  const plain = conv(x, scope.parameter('weight', shape, init ?? spread), { ...rest, groups, padding })
  const change = groups === 1 ? scope.change('weight', shape) : undefined
  const y = change ? changeConvolution(x, plain, change, { ...rest, padding }) : plain
  return bias ? add(y, perChannel(scope.parameter('bias', [outChannels], init ? zeros : spread), spatial.length)) : y
}

/**
 * Group normalisation: zero mean and unit variance over each group of channels of one sample, then γ and β per channel.
 * `x [N, C, …S]`, same shape. Wu & He, Group Normalization (2018).
 */
export function groupNorm(scope: Scope, x: Tensor, groups: number, epsilon: number): Tensor {
  const [batch, channels, ...spatial] = x.shape as [number, number, ...number[]]
  if (channels % groups !== 0) {
    throw new TweedieError('model', `group normalisation: ${groups} groups do not divide ${channels} channels`)
  }
  const grouped = reshape(x, [batch, groups, (channels / groups) * sizeOf(spatial)])
  const normal = reshape(normalize(grouped, epsilon), x.shape)
  const gamma = perChannel(scope.parameter('weight', [channels], ones), spatial.length)
  const beta = perChannel(scope.parameter('bias', [channels], zeros), spatial.length)
  return add(mul(normal, gamma), beta)
}

/** Layer normalisation over the last axis, then γ and β. Ba, Kiros & Hinton, Layer Normalization (2016). */
export function layerNorm(scope: Scope, x: Tensor, epsilon = 1e-5): Tensor {
  const features = [x.shape.at(-1)!]
  const gamma = scope.parameter('weight', features, ones)
  return add(mul(normalize(x, epsilon), gamma), scope.parameter('bias', features, zeros))
}

/** Rows of a table, at integer `indices [N]` → `[N, features]`. The table begins as N(0, std²). */
export function embedding(scope: Scope, indices: Tensor, rows: number, features: number, { std = 1 } = {}): Tensor {
  return gather(scope.parameter('weight', [rows, features], normalWith(std)), indices)
}

/** A vector `[C]` as `[C, 1, …]`, so that it broadcasts along the channels of `[N, C, …S]`. */
function perChannel(vector: Tensor, spatialAxes: number): Tensor {
  return reshape(vector, [vector.shape[0]!, ...Array.from({ length: spatialAxes }, () => 1)])
}
