/** A diffusion transformer. Peebles & Xie, Scalable Diffusion Models with Transformers (2023). */
import { TweedieError } from '../../errors.ts'
import { add, constant, gelu, mul, reshape, showShape, silu, transpose } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { selfAttention } from './attention.ts'
import {
  badField,
  checkConfig,
  count,
  countOrNull,
  heightAndWidth,
  imageSize,
  oneOf,
  positiveNumber,
  probability,
  layerCount,
} from './check-config.ts'
import { conditionSpecs } from './condition-spec.ts'
import { timeAndConditions } from './conditions.ts'
import { linear } from './layers.ts'
import { modulate, modulation } from './modulation.ts'
import type { Network, NetworkInputs } from './network.ts'
import { normalWith, uniformWithin, zeros } from './parameters.ts'
import type { Scope } from './parameters.ts'
import { gridPositions } from './positions.ts'

/** Options of {@link dit}. */
export interface DitConfig {
  /** Height and width of the images; one number for squares. */
  readonly sample_size: number | readonly [number, number]
  readonly in_channels?: number
  readonly out_channels?: number
  /** Side of the square patches that become tokens. */
  readonly patch_size?: number
  /** Features of a token. */
  readonly hidden_size?: number
  readonly num_layers?: number
  readonly num_attention_heads?: number
  /** Hidden features of a block's perceptron, per feature of a token. */
  readonly mlp_ratio?: number
  /** The embedding of a patch's place: fixed sines and cosines, or a learned vector for each place. */
  readonly position_embedding?: 'sincos' | 'learned'
  readonly dropout?: number
  /** The number of classes; null: unconditional. */
  readonly num_class_embeds?: number | null
}

type DitFields = Required<DitConfig>

const defaults: Omit<DitFields, 'sample_size'> & { readonly sample_size: DitFields['sample_size'] | null } = {
  sample_size: null,
  in_channels: 3,
  out_channels: 3,
  patch_size: 2,
  hidden_size: 384,
  num_layers: 12,
  num_attention_heads: 6,
  mlp_ratio: 4,
  position_embedding: 'sincos',
  dropout: 0,
  num_class_embeds: null,
}

const rules = {
  sample_size: imageSize,
  in_channels: count,
  out_channels: count,
  patch_size: count,
  hidden_size: count,
  num_layers: layerCount,
  num_attention_heads: count,
  mlp_ratio: positiveNumber,
  position_embedding: oneOf('sincos', 'learned'),
  dropout: probability,
  num_class_embeds: countOrNull,
} as const

/**
 * A transformer over patches. Time and class act through adaptive layer norms that begin as identities (adaLN-Zero):
 * each block is `h ← h + γ₁ attention(μ₁(h)); h ← h + γ₂ mlp(μ₂(h))` with `μ(h) = (1 + scale) norm(h) + shift`, and γ,
 * scale and shift are linear in the condition, at first zero. So is the output.
 *
 * @throws TweedieError `model` for an option that makes no sense, `shape` for a size that patches do not tile
 * @example
 * const network = dit({ sample_size: 32, patch_size: 4, hidden_size: 192, num_layers: 6, num_attention_heads: 3 })
 */
export function dit(config: DitConfig): Network {
  const full = Object.freeze(checkConfig('DiT', config, defaults, rules) as DitFields)
  const { hidden_size: width, num_attention_heads: heads } = full
  if (width % heads !== 0) throw badField('DiT', 'num_attention_heads', heads, `a divisor of hidden_size ${width}`)
  if (full.position_embedding === 'sincos' && width % 4 !== 0) {
    throw badField('DiT', 'hidden_size', width, 'a multiple of 4 for sincos positions')
  }
  const size = heightAndWidth(full.sample_size)
  checkSize([full.in_channels, ...size], full)
  return Object.freeze({
    className: 'DiT',
    config: Object.freeze({ _class_name: 'DiT', ...full }),
    inputShape: Object.freeze([full.in_channels, ...size]),
    outputShape: Object.freeze([full.out_channels, ...size]),
    conditions: conditionSpecs(full.num_class_embeds),
    stride: full.patch_size,
    build: (scope: Scope, inputs: NetworkInputs) => build(full, scope, inputs),
  })
}

function checkSize(shape: readonly number[], { in_channels: channels, patch_size: patch }: DitFields): void {
  const [got, ...spatial] = shape
  if (got !== channels || spatial.length !== 2) {
    throw new TweedieError('shape', `shape ${showShape(shape)}: expected [${channels}, height, width]`)
  }
  if (spatial.some((dim) => dim % patch !== 0)) {
    throw new TweedieError('shape', `shape ${showShape(shape)}: patches of ${patch}×${patch} do not tile it`, {
      hint: 'pad the images, or choose another patch_size',
    })
  }
}

function build(config: DitFields, scope: Scope, inputs: NetworkInputs): Tensor {
  const { x, dropout } = inputs
  const { patch_size: patch, hidden_size: width, dropout: rate } = config
  checkSize(x.shape.slice(1), config)
  const [, , height, breadth] = x.shape as [number, number, number, number]
  const [rows, columns] = [height / patch, breadth / patch]
  const drop = (h: Tensor): Tensor => (dropout === undefined || rate === 0 ? h : dropout(h, rate))

  const condition = silu(timeAndConditions('DiT', scope, inputs, width, conditionSpecs(config.num_class_embeds)))
  const tokens = xavierLinear(scope.child('patch_embed'), patchify(x, patch), width)
  let h = add(tokens, positions(config, scope, rows, columns))
  for (let layer = 0; layer < config.num_layers; layer++) {
    h = block(config, scope.child('blocks').child(layer), h, condition, drop)
  }
  const [shift, scale] = modulation(
    scope.child('modulation_out'),
    condition,
    width,
    [0, 0],
    [condition.shape[0]!, 1, width],
  )
  const out = linear(scope.child('proj_out'), modulate(h, shift!, scale!), patch * patch * config.out_channels, {
    init: zeros,
  })
  return unpatchify(out, rows, columns, patch)
}

function block(config: DitFields, scope: Scope, x: Tensor, condition: Tensor, drop: (h: Tensor) => Tensor): Tensor {
  const width = config.hidden_size
  const [shift1, scale1, gate1, shift2, scale2, gate2] = modulation(
    scope.child('modulation'),
    condition,
    width,
    [0, 0, 0, 0, 0, 0],
    [condition.shape[0]!, 1, width],
  )
  const attended = selfAttention(scope.child('attention'), modulate(x, shift1!, scale1!), config.num_attention_heads, {
    init: xavier(width, width),
  })
  const h = add(x, mul(gate1!, drop(attended)))
  const hidden = gelu(
    xavierLinear(
      scope.child('mlp').child('linear_1'),
      modulate(h, shift2!, scale2!),
      Math.round(width * config.mlp_ratio),
    ),
  )
  return add(h, mul(gate2!, drop(xavierLinear(scope.child('mlp').child('linear_2'), hidden, width))))
}

/** Glorot & Bengio (2010): uniform with variance 2 / (fanIn + fanOut). */
const xavier = (inFeatures: number, outFeatures: number) => uniformWithin(Math.sqrt(6 / (inFeatures + outFeatures)))

const xavierLinear = (scope: Scope, x: Tensor, outFeatures: number): Tensor =>
  linear(scope, x, outFeatures, { init: xavier(x.shape.at(-1)!, outFeatures) })

/** The vector of every place, `[1, rows · columns, width]`. A learned table fits one size only. */
function positions(config: DitFields, scope: Scope, rows: number, columns: number): Tensor {
  const { hidden_size: width, patch_size: patch } = config
  const shape = [1, rows * columns, width]
  if (config.position_embedding === 'sincos') return constant(gridPositions(rows, columns, width), shape)
  const size = heightAndWidth(config.sample_size)
  if (size[0] !== rows * patch || size[1] !== columns * patch) {
    const got = showShape([rows * patch, columns * patch])
    throw new TweedieError('shape', `size ${got}: learned positions fit ${showShape(size)} only`, {
      hint: 'position_embedding "sincos" takes any size',
    })
  }
  return scope.parameter('pos_embed', shape, normalWith(0.02))
}

/** `[N, C, H, W] → [N, rows · columns, C · patch²]`. */
function patchify(x: Tensor, patch: number): Tensor {
  const [batch, channels, height, width] = x.shape as [number, number, number, number]
  const [rows, columns] = [height / patch, width / patch]
  const cut = reshape(x, [batch, channels, rows, patch, columns, patch])
  return reshape(transpose(cut, [0, 2, 4, 1, 3, 5]), [batch, rows * columns, channels * patch * patch])
}

/** The inverse of {@link patchify}. */
function unpatchify(tokens: Tensor, rows: number, columns: number, patch: number): Tensor {
  const [batch, , features] = tokens.shape as [number, number, number]
  const channels = features / (patch * patch)
  const cut = reshape(tokens, [batch, rows, columns, channels, patch, patch])
  return reshape(transpose(cut, [0, 3, 1, 4, 2, 5]), [batch, channels, rows * patch, columns * patch])
}
