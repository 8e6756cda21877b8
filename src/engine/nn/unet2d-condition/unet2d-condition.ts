/**
 * `UNet2DConditionModel`: the U-Net of Stable Diffusion, which attends to a text or another sequence, with the parameter names and
 * options of diffusers, so that weights go both ways.
 *
 * Rombach et al., High-Resolution Image Synthesis with Latent Diffusion Models (2022), https://arxiv.org/abs/2112.10752;
 * Podell et al., SDXL (2023), https://arxiv.org/abs/2307.01952
 */
import { concat, expectShape, mul, sub } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { activation } from '../activation.ts'
import { type Context, contextOf, mapContext } from '../cross-attention.ts'
import { heightAndWidth } from '../check-config.ts'
import { readImages } from '../conditions.ts'
import { convolution, groupNorm, linear } from '../layers.ts'
import type { Network, NetworkInputs } from '../network.ts'
import type { Scope } from '../parameters.ts'
import { attend, type BlockContext, doubled, downsample, resnet } from '../unet2d/blocks.ts'
import { checkSize, className, completeConditionConfig, strideOf, writtenConditionConfig } from './config.ts'
import type { UNet2DConditionConfig } from './config.ts'
import { conditionsOf, contextSize, embed } from './embeddings.ts'
import type { UNet2DConditionFields } from './fields.ts'
import { downLevels, type Level, middleLevel, upLevels } from './levels.ts'
import { transformer, type TransformerContext } from './transformer.ts'

/**
 * A U-Net for images that attends to the condition `context`, a sequence of vectors: `context_length` places (77 if left out) of
 * size `cross_attention_dim`, or `encoder_hid_dim` where that is given.
 *
 * Further conditions, where options ask for them: `labels`; `text_embeds` and `time_ids` (`addition_embed_type: 'text_time'`, as in SDXL);
 * `timestep_cond` (`time_cond_proj_dim`, the guidance scale's features in a latent consistency model; zeros add nothing).
 *
 * Four fields are ours, and written only when used: `context_length`; `context_nothing`, with which each place has a flag and
 * places without one have no influence; `time_ids_length`; `conditions`, further vectors and images.
 *
 * @param config the fields of diffusers' `UNet2DConditionModel`; what is left out has its default there
 * @throws TweedieError `model` for an option that makes no sense or is not supported, `shape` for a size that does not halve
 * @example
 * const network = unet2dCondition({
 *   sample_size: 16,
 *   in_channels: 12,
 *   out_channels: 12,
 *   block_out_channels: [64, 128],
 *   down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D'],
 *   up_block_types: ['CrossAttnUpBlock2D', 'UpBlock2D'],
 *   cross_attention_dim: 128,
 *   context_length: 16,
 *   context_nothing: true,
 * })
 */
export function unet2dCondition(config: UNet2DConditionConfig): Network {
  const full = completeConditionConfig(config)
  const size = heightAndWidth(full.sample_size)
  return Object.freeze({
    className,
    config: Object.freeze({ _class_name: className, _diffusers_version: '0.24.0', ...writtenConditionConfig(full) }),
    inputShape: Object.freeze([full.in_channels, ...size]),
    outputShape: Object.freeze([full.out_channels, ...size]),
    conditions: conditionsOf(full),
    stride: strideOf(full),
    build: (scope: Scope, inputs: NetworkInputs) => build(full, scope, inputs),
  })
}

/** What all blocks share. */
interface Shared {
  readonly block: BlockContext
  readonly transformer: TransformerContext
}

function build(config: UNet2DConditionFields, scope: Scope, inputs: NetworkInputs): Tensor {
  const { x, t, conditions, dropout, watch } = inputs
  checkSize(x.shape.slice(1), config)
  expectShape(`${className}: t`, t, [x.shape[0]!])
  const act = activation(config.act_fn)
  const shared: Shared = {
    block: {
      time: act(embed(config, scope, inputs)),
      act,
      drop: (h) => (dropout === undefined || config.dropout === 0 ? h : dropout(h, config.dropout)),
      groups: config.norm_num_groups,
      epsilon: config.norm_eps,
      scaleShift: config.resnet_time_scale_shift === 'scale_shift',
      headDim: null,
    },
    transformer: {
      context: contextFor(config, scope, conditions!['context']!),
      groups: config.norm_num_groups,
      linear: config.use_linear_projection,
      watch,
    },
  }

  const centred = config.center_input_sample ? sub(mul(x, 2), 1) : x
  const { conv_in_kernel: kernel, block_out_channels: widths } = config
  const start = readImages(scope, 'conv_in', { x: centred, conditions }, conditionsOf(config), (own, image, options) =>
    convolution(own, image, widths[0]!, { kernel, ...options }),
  )
  const skips = downwards(config, scope.child('down_blocks'), start, shared)
  const deepest = middle(config, scope.child('mid_block'), skips.at(-1)!, shared)
  const h = upwards(config, scope.child('up_blocks'), deepest, skips, shared)
  const normal = groupNorm(scope.child('conv_norm_out'), h, config.norm_num_groups, config.norm_eps)
  return convolution(scope.child('conv_out'), act(normal), config.out_channels, { kernel: config.conv_out_kernel })
}

/** The context that all transformer blocks attend to. */
function contextFor(config: UNet2DConditionFields, scope: Scope, sequence: Tensor): Context {
  const context = contextOf(sequence, config.context_nothing)
  if (config.encoder_hid_dim === null) return context
  const size = contextSize({ ...config, encoder_hid_dim: null })
  return mapContext(context, (vectors) => linear(scope.child('encoder_hid_proj'), vectors, size))
}

/** Attention behind a residual block, as the level has it. */
function attending(scope: Scope, h: Tensor, level: Level, layer: number, shared: Shared): Tensor {
  const own = scope.child('attentions').child(layer)
  if (level.attends === 'none') return h
  if (level.attends === 'self') return attend(own, h, { ...shared.block, headDim: level.headDim })
  const { heads, onlyCross } = level
  return transformer(own, h, { depth: level.depths[layer]!, heads, onlyCross }, shared.transformer)
}

/** Down the left side: returns all activations that the right side uses, the deepest last. */
function downwards(config: UNet2DConditionFields, scope: Scope, start: Tensor, shared: Shared): Tensor[] {
  const skips = [start]
  const levels = downLevels(config)
  let h = start
  for (const [i, level] of levels.entries()) {
    const block = scope.child(i)
    for (let layer = 0; layer < level.depths.length; layer++) {
      h = resnet(block.child('resnets').child(layer), h, level.channels, shared.block)
      h = attending(block, h, level, layer, shared)
      skips.push(h)
    }
    if (i === levels.length - 1) continue
    h = downsample(block.child('downsamplers').child(0), h, 'conv', config.downsample_padding, shared.block)
    skips.push(h)
  }
  return skips
}

function middle(config: UNet2DConditionFields, scope: Scope, x: Tensor, shared: Shared): Tensor {
  const level = middleLevel(config)
  const scale = config.mid_block_scale_factor
  const residual = (h: Tensor, i: number): Tensor =>
    resnet(scope.child('resnets').child(i), h, level.channels, shared.block, { scale })
  if (config.mid_block_type === null) return x
  const h = residual(x, 0)
  // diffusers makes a middle block without attention of one residual block
  return level.attends === 'none' ? h : residual(attending(scope, h, level, 0, shared), 1)
}

/** Up the right side: every layer also gets the left side's activations of the same depth. */
function upwards(
  config: UNet2DConditionFields,
  scope: Scope,
  start: Tensor,
  skips: readonly Tensor[],
  shared: Shared,
): Tensor {
  const waiting = [...skips]
  const levels = upLevels(config)
  let h = start
  for (const [i, level] of levels.entries()) {
    const block = scope.child(i)
    for (let layer = 0; layer < level.depths.length; layer++) {
      h = resnet(block.child('resnets').child(layer), concat([h, waiting.pop()!], 1), level.channels, shared.block)
      h = attending(block, h, level, layer, shared)
    }
    if (i === levels.length - 1) continue
    const size = waiting.at(-1)!.shape.slice(2) as [number, number]
    h = doubled(block.child('upsamplers').child(0), h, 'conv', shared.block, size)
  }
  return h
}
