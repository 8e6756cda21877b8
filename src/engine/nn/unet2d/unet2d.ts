/**
 * `UNet2DModel`: the U-Net of DDPM and its kin, with the parameter names and options of diffusers, so that weights go
 * both ways. Ronneberger et al., U-Net (2015); Ho et al., DDPM (2020); Dhariwal & Nichol (2021).
 */
import { add, cast, concat, div, expectShape, gather, mul, reshape, silu, sub } from '../../graph/index.ts'
import type { Tensor } from '../../graph/index.ts'
import { activation } from '../activation.ts'
import { heightAndWidth } from '../check-config.ts'
import { readImages } from '../conditions.ts'
import { convolution, groupNorm } from '../layers.ts'
import type { Network, NetworkInputs } from '../network.ts'
import { normalWith, zeros } from '../parameters.ts'
import type { Scope } from '../parameters.ts'
import { gaussianFourier, sinusoidal, timeMlp } from '../time-embedding.ts'
import { acrossImages, attend, doubled, downsample, groupsOf, resnet } from './blocks.ts'
import type { BlockContext } from './blocks.ts'
import { embeddingWidth, specsOf, withClassAndConditions } from './class-embedding.ts'
import { checkSize, completeConfig, strideOf, writtenConfig } from './config.ts'
import type { UNet2DConfig } from './config.ts'
import { downBlockTypes, type UNet2DFields, upBlockTypes } from './fields.ts'
import { modernName } from './legacy.ts'
import { type Pair, skipDown, skipUp } from './skip-blocks.ts'

/**
 * A U-Net for images.
 *
 * @param config the fields of diffusers' `UNet2DModel`; what is left out has its default there
 * @throws TweedieError `model` for an option that makes no sense or is not supported, `shape` for a size that does not halve
 * @example
 * const network = unet2d({
 *   sample_size: 32,
 *   block_out_channels: [64, 128, 128],
 *   down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
 *   up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
 * })
 */
export function unet2d(config: UNet2DConfig): Network {
  const full = completeConfig(config)
  const size = heightAndWidth(full.sample_size)
  return Object.freeze({
    className: 'UNet2DModel',
    config: Object.freeze({ _class_name: 'UNet2DModel', _diffusers_version: '0.24.0', ...writtenConfig(full) }),
    inputShape: Object.freeze([full.in_channels, ...size]),
    outputShape: Object.freeze([full.out_channels, ...size]),
    conditions: specsOf(full),
    stride: strideOf(full),
    build: (scope: Scope, inputs: NetworkInputs) => buildUNet2d(full, scope, inputs),
    rename: modernName,
  })
}

/**
 * The graph of a U-Net.
 *
 * @param images what is done to the features of several images together: behind every layer, and by the attention in the middle; left out:
 *   images are seen alone
 */
export function buildUNet2d(
  config: UNet2DFields,
  scope: Scope,
  { x, t, conditions, dropout }: NetworkInputs,
  images: Pick<BlockContext, 'across' | 'together'> = {},
): Tensor {
  checkSize(x.shape.slice(1), config)
  expectShape('UNet2DModel: t', t, [x.shape[0]!])
  const act = activation(config.act_fn)
  const init = config.zero_init ? zeros : undefined
  const context: BlockContext = {
    time: act(embed(config, scope, t, conditions)),
    act,
    drop: (h) => (dropout === undefined || config.dropout === 0 ? h : dropout(h, config.dropout)),
    groups: config.norm_num_groups,
    epsilon: config.norm_eps,
    scaleShift: config.resnet_time_scale_shift === 'scale_shift',
    headDim: config.attention_head_dim,
    last: init,
    ...images,
  }

  const centred = config.center_input_sample ? sub(mul(x, 2), 1) : x
  const channels = config.block_out_channels[0]!
  const start = readImages(scope, 'conv_in', { x: centred, conditions }, specsOf(config), (own, image, options) =>
    convolution(own, image, channels, options),
  )
  const skips = downwards(config, scope.child('down_blocks'), { h: start, image: centred }, context)
  const deepest = middle(config, scope.child('mid_block'), skips.at(-1)!, context)
  const { h, image } = upwards(config, scope.child('up_blocks'), deepest, skips, context)
  const groups = groupsOf(context.groups, h.shape[1]!)
  const normal = groupNorm(scope.child('conv_norm_out'), h, groups, context.epsilon)
  const last = convolution(scope.child('conv_out'), silu(normal), config.out_channels, init && { init })
  const y = image ? add(last, image) : last
  return config.time_embedding_type === 'fourier' ? div(y, reshape(t, [-1, 1, 1, 1])) : y
}

/** The embedding of time and conditions, `[N, E]`. */
function embed(config: UNet2DFields, scope: Scope, t: Tensor, conditions: NetworkInputs['conditions']): Tensor {
  const features = (numbers: Tensor): Tensor => timeFeatures(config, scope.child('time_proj'), numbers)
  const time = timeMlp(scope.child('time_embedding'), features(t), embeddingWidth(config))
  return withClassAndConditions(config, scope, time, conditions, features)
}

function timeFeatures(config: UNet2DFields, scope: Scope, t: Tensor): Tensor {
  const features = config.block_out_channels[0]!
  switch (config.time_embedding_type) {
    case 'positional':
      return sinusoidal(t, features, { cosFirst: config.flip_sin_to_cos, frequencyShift: config.freq_shift })
    case 'fourier':
      return gaussianFourier(scope, t, features)
    case 'learned':
      return gather(scope.parameter('weight', [config.num_train_timesteps!, features], normalWith(1)), cast(t, 'int32'))
    default:
      return config.time_embedding_type satisfies never
  }
}

/** Down the left side: returns all activations that the right side uses, the deepest last. */
function downwards(config: UNet2DFields, scope: Scope, start: Pair, context: BlockContext): Tensor[] {
  const skips = [start.h]
  let { h, image } = start
  for (const [level, type] of config.down_block_types.entries()) {
    const block = scope.child(level)
    const { attends, resample = config.downsample_type } = downBlockTypes[type]
    const resizes = level < config.down_block_types.length - 1
    if (resample === 'skip') {
      const shape = { channels: config.block_out_channels[level]!, layers: config.layers_per_block, attends, resizes }
      ;({ h, image } = skipDown(block, { h, image }, shape, context, skips))
      continue
    }
    for (let layer = 0; layer < config.layers_per_block; layer++) {
      h = resnet(block.child('resnets').child(layer), h, config.block_out_channels[level]!, context)
      if (attends) h = attend(block.child('attentions').child(layer), h, context)
      h = acrossImages(block, layer, h, context)
      skips.push(h)
    }
    if (resizes) {
      h = downsample(block.child('downsamplers').child(0), h, resample, config.downsample_padding, context)
      skips.push(h)
    }
  }
  return skips
}

function middle(config: UNet2DFields, scope: Scope, x: Tensor, context: BlockContext): Tensor {
  if (config.mid_block_type === null) return x
  const channels = x.shape[1]!
  const scale = config.mid_block_scale_factor
  const groups = config.attn_norm_num_groups ?? (context.scaleShift ? 0 : context.groups)
  let h = resnet(scope.child('resnets').child(0), x, channels, context, { scale })
  if (config.add_attention) {
    const seen = (x: Tensor): Tensor => attend(scope.child('attentions').child(0), x, context, { groups, scale })
    h = context.together ? context.together(seen, h) : seen(h)
  }
  h = acrossImages(scope, 0, h, context)
  return resnet(scope.child('resnets').child(1), h, channels, context, { scale })
}

/** Up the right side: every layer also gets the left side's activations of the same depth. */
function upwards(
  config: UNet2DFields,
  scope: Scope,
  start: Tensor,
  skips: readonly Tensor[],
  context: BlockContext,
): Pair {
  const waiting = [...skips]
  const channels = config.block_out_channels.toReversed()
  let [h, image] = [start, undefined as Tensor | undefined]
  for (const [level, type] of config.up_block_types.entries()) {
    const block = scope.child(level)
    const { attends, resample = config.upsample_type } = upBlockTypes[type]
    const resizes = level < channels.length - 1
    if (resample === 'skip') {
      const shape = { channels: channels[level]!, layers: config.layers_per_block + 1, attends, resizes }
      ;({ h, image } = skipUp(block, { h, image }, shape, context, waiting))
      continue
    }
    for (let layer = 0; layer <= config.layers_per_block; layer++) {
      h = resnet(block.child('resnets').child(layer), concat([h, waiting.pop()!], 1), channels[level]!, context)
      if (attends) h = attend(block.child('attentions').child(layer), h, context)
      h = acrossImages(block, layer, h, context)
    }
    if (resizes) h = doubled(block.child('upsamplers').child(0), h, resample, context)
  }
  return { h, image }
}
