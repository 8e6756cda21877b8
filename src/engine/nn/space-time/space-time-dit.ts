/** `SpaceTimeDiT`: a diffusion transformer over patches of space and time. */
import { TweedieError } from '../../../errors.ts'
import { add, constant, reshape, showShape, silu, transpose } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import {
  badField,
  checkConfig,
  count,
  countOrNull,
  heightAndWidth,
  imageSize,
  layerCount,
  positiveNumber,
  probability,
} from '../check-config.ts'
import { conditionsOfKinds } from '../condition-config.ts'
import { conditionSpecs, type ConditionSpecs } from '../condition-spec.ts'
import { readImages, timeAndConditions } from '../conditions.ts'
import { ditBlock, ditHead, xavierLinear } from '../dit.ts'
import type { Network, NetworkInputs } from '../network.ts'
import { boxPositions } from '../positions.ts'
import type { Scope } from '../parameters.ts'

/** Options of {@link spaceTimeDit}. */
export interface SpaceTimeDitConfig {
  /** Height and width of the frames; one number for squares. */
  readonly sample_size: number | readonly [number, number]
  /** T, the frames of a video. The weights do not depend on it. */
  readonly num_frames: number
  readonly in_channels?: number
  readonly out_channels?: number
  /** Side of the patches that become tokens. */
  readonly patch_size?: number
  /** Frames of such a patch. */
  readonly patch_frames?: number
  /** Features of a token. */
  readonly hidden_size?: number
  readonly num_layers?: number
  readonly num_attention_heads?: number
  /** Hidden features of a block's perceptron, per feature of a token. */
  readonly mlp_ratio?: number
  readonly dropout?: number
  /** The number of classes; null: unconditional. */
  readonly num_class_embeds?: number | null
  /** Further conditions by name, vectors and videos `[C, T, H, W]`; null: none. */
  readonly conditions?: ConditionSpecs | null
}

type Fields = Required<SpaceTimeDitConfig>

const className = 'SpaceTimeDiT'

const defaults = {
  sample_size: null as Fields['sample_size'] | null,
  num_frames: null as number | null,
  in_channels: 3,
  out_channels: 3,
  patch_size: 2,
  patch_frames: 2,
  hidden_size: 192,
  num_layers: 6,
  num_attention_heads: 6,
  mlp_ratio: 4,
  dropout: 0,
  num_class_embeds: null,
  conditions: null,
}

const rules = {
  sample_size: imageSize,
  num_frames: count,
  in_channels: count,
  out_channels: count,
  patch_size: count,
  patch_frames: count,
  hidden_size: count,
  num_layers: layerCount,
  num_attention_heads: count,
  mlp_ratio: positiveNumber,
  dropout: probability,
  num_class_embeds: countOrNull,
  conditions: conditionsOfKinds('vector', 'image'),
} as const

/**
 * The blocks of `dit` over patches of `patch_frames` frames and `patch_size` by `patch_size` pixels; each sees all others, near and far, now and
 * later. Places are sines and cosines of frame, row and column.
 *
 * @throws TweedieError `model` for an option that makes no sense, `shape` for a size that patches do not tile
 * @example
 * const network = spaceTimeDit({ sample_size: 16, num_frames: 16, in_channels: 4, out_channels: 4 })
 */
export function spaceTimeDit(options: SpaceTimeDitConfig): Network {
  const config = Object.freeze(checkConfig(className, options, defaults, rules)) as Fields
  const { hidden_size: width, num_attention_heads: heads, num_frames, conditions, ...rest } = config
  if (width % heads !== 0) throw badField(className, 'num_attention_heads', heads, `a divisor of hidden_size ${width}`)
  if (width % 6 !== 0) throw badField(className, 'hidden_size', width, 'a multiple of 6')
  const size = heightAndWidth(config.sample_size)
  const inputShape = Object.freeze([config.in_channels, num_frames, ...size])
  checkVideo(inputShape, config)
  const written = { hidden_size: width, num_attention_heads: heads, num_frames, ...rest }
  return Object.freeze({
    className,
    config: Object.freeze({ _class_name: className, ...written, ...(conditions !== null && { conditions }) }),
    inputShape,
    outputShape: Object.freeze([config.out_channels, num_frames, ...size]),
    conditions: conditionSpecs(config.num_class_embeds, conditions),
    stride: config.patch_size,
    build: (scope: Scope, inputs: NetworkInputs) => build(config, scope, inputs),
  })
}

function build(config: Fields, scope: Scope, inputs: NetworkInputs): Tensor {
  const { x, dropout } = inputs
  const { patch_size: p, patch_frames: q, hidden_size: width } = config
  checkVideo(x.shape.slice(1), config)
  const specs = conditionSpecs(config.num_class_embeds, config.conditions)
  const condition = silu(timeAndConditions(className, scope, inputs, width, specs))
  const [frames, rows, columns] = [x.shape[2]! / q, x.shape[3]! / p, x.shape[4]! / p]
  const tokens = readImages(scope, 'patch_embed', inputs, specs, (own, image, options) =>
    xavierLinear(own, cut(image, q, p), width, options),
  )
  const places = constant(boxPositions([frames, rows, columns], width), [1, frames * rows * columns, width])
  let h = add(tokens, places)
  const context = {
    config,
    condition,
    contexts: [],
    drop: (y: Tensor): Tensor => (dropout === undefined || config.dropout === 0 ? y : dropout(y, config.dropout)),
    watch: undefined,
  }
  for (let layer = 0; layer < config.num_layers; layer++) h = ditBlock(context, scope.child('blocks').child(layer), h)
  const out = ditHead(scope, h, condition, q * p * p * config.out_channels)
  return joined(out, [frames, rows, columns], q, p)
}

/** `[N, C, T, H, W] → [N, T/q · H/p · W/p, C · q · p²]`. */
function cut(x: Tensor, q: number, p: number): Tensor {
  const [batch, channels, frames, height, width] = x.shape as [number, number, number, number, number]
  const [t, h, w] = [frames / q, height / p, width / p]
  const apart = reshape(x, [batch, channels, t, q, h, p, w, p])
  return reshape(transpose(apart, [0, 2, 4, 6, 1, 3, 5, 7]), [batch, t * h * w, channels * q * p * p])
}

/** The inverse of {@link cut}. */
function joined(tokens: Tensor, [t, h, w]: readonly [number, number, number], q: number, p: number): Tensor {
  const [batch, , features] = tokens.shape as [number, number, number]
  const channels = features / (q * p * p)
  const apart = reshape(tokens, [batch, t, h, w, channels, q, p, p])
  return reshape(transpose(apart, [0, 4, 1, 5, 2, 6, 3, 7]), [batch, channels, t * q, h * p, w * p])
}

function checkVideo(shape: readonly number[], { in_channels: channels, patch_size: p, patch_frames: q }: Fields): void {
  const [got, frames, ...size] = shape
  if (shape.length !== 4 || got !== channels) {
    throw new TweedieError('shape', `shape ${showShape(shape)}: expected [${channels}, frames, height, width]`)
  }
  if (frames! % q === 0 && size.every((side) => side % p === 0)) return
  throw new TweedieError('shape', `shape ${showShape(shape)}: patches of ${q} frames, ${p}×${p}, do not tile it`, {
    hint: 'choose another patch_size or patch_frames',
  })
}
