/** A small image encoder that is trained along with a network, for pictures as conditions: a style, a layout. */
import { add, expectShape, mean, reshape, silu, transpose } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { badField, checkConfig, count, counts, heightAndWidth, imageSize, probability } from './check-config.ts'
import type { ImageCode, ImageEncoder, ImageEncoderOptions } from './image-encoder.ts'
import { convolution, groupNorm, linear } from './layers.ts'
import { zeros } from './parameters.ts'
import type { Scope } from './parameters.ts'

/** Options of {@link pictureEncoder}. */
export interface PictureEncoderConfig {
  /** Height and width of the pictures; one number for squares. */
  readonly sample_size: number | readonly [number, number]
  readonly in_channels?: number
  /** Channels of each level; the size is halved between two. */
  readonly block_out_channels?: readonly number[]
  /** Residual blocks of a level. */
  readonly layers_per_block?: number
  /** Numbers of a vector. */
  readonly hidden_size?: number
  readonly norm_num_groups?: number
  readonly dropout?: number
}

type Fields = Required<PictureEncoderConfig>

const defaults: Omit<Fields, 'sample_size'> & { readonly sample_size: Fields['sample_size'] | null } = {
  sample_size: null,
  in_channels: 3,
  block_out_channels: [32, 64, 128],
  layers_per_block: 1,
  hidden_size: 128,
  norm_num_groups: 8,
  dropout: 0,
}

const rules = {
  sample_size: imageSize,
  in_channels: count,
  block_out_channels: counts,
  layers_per_block: count,
  hidden_size: count,
  norm_num_groups: count,
  dropout: probability,
} as const

const className = 'PictureEncoder'
const epsilon = 1e-5

/**
 * A convolution, levels of residual blocks `h ← h + W₂ silu(norm(W₁ silu(norm(h))))` with halvings between them, `silu(norm(h))`; then a linear
 * layer at each place for `hidden`, and another of the mean over all places for `pooled`, which does not say where things are: so it
 * suits a style.
 *
 * `x [N, C, H, W]` in [−1, 1], to `hidden [N, h · w, hidden_size]`, rows first, and `pooled [N, hidden_size]`.
 *
 * @throws TweedieError `model` for an option that makes no sense
 * @example
 * const encoder = pictureEncoder({ sample_size: 32, hidden_size: 64 })
 */
export function pictureEncoder(options: PictureEncoderConfig): ImageEncoder {
  const config = Object.freeze(checkConfig(className, options, defaults, rules)) as Fields
  const { block_out_channels: channels, norm_num_groups: groups, hidden_size: width } = config
  const size = heightAndWidth(config.sample_size)
  const stride = 2 ** (channels.length - 1)
  if (size.some((side) => side % stride !== 0)) {
    throw badField(
      className,
      'sample_size',
      config.sample_size,
      `multiples of ${stride}, for ${channels.length} levels`,
    )
  }
  if (channels.some((each) => each % groups !== 0)) {
    throw badField(className, 'block_out_channels', channels, `multiples of norm_num_groups = ${groups}`)
  }
  return Object.freeze<ImageEncoder>({
    className,
    config: Object.freeze({ _class_name: className, ...config }),
    inputShape: Object.freeze([config.in_channels, ...size]),
    length: size.reduce((places, side) => (places * side) / stride, 1),
    width,
    pooledWidth: width,
    encode: (scope, x, encoding) => encode(config, scope, x, encoding),
  })
}

function encode(config: Fields, scope: Scope, x: Tensor, { dropout }: ImageEncoderOptions = {}): ImageCode {
  const { block_out_channels: channels, norm_num_groups: groups, hidden_size: width } = config
  const batch = x.shape[0]!
  expectShape(`${className}: x`, x, [batch, config.in_channels, ...heightAndWidth(config.sample_size)])
  const normed = (at: Scope, h: Tensor): Tensor => silu(groupNorm(at, h, groups, epsilon))
  const drop = (h: Tensor): Tensor => (dropout && config.dropout > 0 ? dropout(h, config.dropout) : h)
  let h = convolution(scope.child('conv_in'), x, channels[0]!)
  channels.forEach((own, level) => {
    const at = scope.child('blocks').child(level)
    // the last rows and columns are padded, so that halves are whole
    if (level > 0)
      h = convolution(at.child('downsample'), h, own, {
        stride: 2,
        padding: [
          [0, 1],
          [0, 1],
        ],
      })
    for (let i = 0; i < config.layers_per_block; i++) {
      const block = at.child('resnets').child(i)
      const first = convolution(block.child('conv1'), normed(block.child('norm1'), h), own)
      const second = drop(normed(block.child('norm2'), first))
      h = add(h, convolution(block.child('conv2'), second, own, { init: zeros }))
    }
  })
  h = normed(scope.child('norm_out'), h)
  const [, features, rows, columns] = h.shape as [number, number, number, number]
  const places = transpose(reshape(h, [batch, features, rows * columns]), [0, 2, 1])
  return {
    hidden: linear(scope.child('hidden_out'), places, width),
    pooled: linear(scope.child('pooled_out'), mean(places, 1), width),
  }
}
