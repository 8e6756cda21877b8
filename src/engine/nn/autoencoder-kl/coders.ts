/** The encoder and the decoder of `AutoencoderKL` and `VQModel`: residual blocks, as in a U-Net, but without a time and without skips. */
import { silu, type Tensor } from '../../graph/index.ts'
import { activation } from '../activation.ts'
import { convolution, groupNorm } from '../layers.ts'
import type { Scope } from '../parameters.ts'
import { attend, type BlockContext, doubled, downsample, resnet } from '../unet2d/blocks.ts'
import { type CoderFields, decoderBlocks, encoderBlocks } from './coder-fields.ts'

/** Of every norm: diffusers' for autoencoders, not an option. */
const epsilon = 1e-6

/**
 * From images `x [N, C, H, W]` to `[N, channels, H / f, W / f]`. Halving pads with zeros on the right and below only.
 *
 * @param channels of the result: those of a code, or twice as many for means and log-variances
 */
export function encoder(scope: Scope, x: Tensor, fields: CoderFields, channels: number): Tensor {
  const context = contextOf(fields)
  const last = fields.block_out_channels.length - 1
  let h = convolution(scope.child('conv_in'), x, fields.block_out_channels[0]!)
  for (const [level, width] of fields.block_out_channels.entries()) {
    const block = scope.child('down_blocks').child(level)
    const { attends } = encoderBlocks[fields.down_block_types[level]!]
    h = layers(block, h, { width, count: fields.layers_per_block, attends }, context)
    if (level < last) h = downsample(block.child('downsamplers').child(0), h, 'conv', 0, context)
  }
  return finish(scope, middle(scope.child('mid_block'), h, fields, context), fields, channels)
}

/** From codes `z [N, C, h, w]` to images `[N, out_channels, h f, w f]`. */
export function decoder(scope: Scope, z: Tensor, fields: CoderFields): Tensor {
  const context = contextOf(fields)
  const widths = fields.block_out_channels.toReversed()
  const start = convolution(scope.child('conv_in'), z, widths[0]!)
  let h = middle(scope.child('mid_block'), start, fields, context)
  for (const [level, width] of widths.entries()) {
    const block = scope.child('up_blocks').child(level)
    const { attends } = decoderBlocks[fields.up_block_types[level]!]
    h = layers(block, h, { width, count: fields.layers_per_block + 1, attends }, context)
    if (level < widths.length - 1) h = doubled(block.child('upsamplers').child(0), h, 'conv', context)
  }
  return finish(scope, h, fields, fields.out_channels)
}

function contextOf(fields: CoderFields): BlockContext {
  return {
    act: activation(fields.act_fn),
    drop: (h) => h,
    groups: fields.norm_num_groups,
    epsilon,
    scaleShift: false,
    headDim: null,
  }
}

/** The residual blocks of one resolution. */
function layers(
  scope: Scope,
  x: Tensor,
  { width, count, attends }: { readonly width: number; readonly count: number; readonly attends: boolean },
  context: BlockContext,
): Tensor {
  let h = x
  for (let layer = 0; layer < count; layer++) {
    h = resnet(scope.child('resnets').child(layer), h, width, context)
    if (attends) h = attend(scope.child('attentions').child(layer), h, context)
  }
  return h
}

function middle(scope: Scope, x: Tensor, fields: CoderFields, context: BlockContext): Tensor {
  const channels = x.shape[1]!
  let h = resnet(scope.child('resnets').child(0), x, channels, context)
  if (fields.mid_block_add_attention) h = attend(scope.child('attentions').child(0), h, context)
  return resnet(scope.child('resnets').child(1), h, channels, context)
}

function finish(scope: Scope, h: Tensor, { norm_num_groups: groups }: CoderFields, channels: number): Tensor {
  const normal = groupNorm(scope.child('conv_norm_out'), h, groups, epsilon)
  return convolution(scope.child('conv_out'), silu(normal), channels)
}
