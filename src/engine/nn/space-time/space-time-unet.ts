/** `SpaceTimeUNet`: a U-Net over videos. Ho et al., Video Diffusion Models (2022), https://arxiv.org/abs/2204.03458 */
import type { Tensor } from '../../graph/index.ts'
import { heightAndWidth } from '../check-config.ts'
import type { Network, NetworkInputs } from '../network.ts'
import type { Scope } from '../parameters.ts'
import { strideOf } from '../unet2d/config.ts'
import { modernName } from '../unet2d/legacy.ts'
import { buildUNet2d } from '../unet2d/unet2d.ts'
import {
  checkVideo,
  completeSpaceTimeConfig,
  type SpaceTimeFields,
  type SpaceTimeUNetConfig,
  spaceTimeConditions,
  writtenSpaceTimeConfig,
} from './config.ts'
import { besides, toEachFrame, toFrames, toVideo } from './frames.ts'
import { timeLayer } from './time-layer.ts'

/**
 * A U-Net over videos `[C, T, H, W]`, factorised: what `unet2d` does to images is done to every frame, and behind every layer each place of the
 * image sees itself in the other frames, by attention with rotary positions or a convolution of three taps. The layers along time begin as identities: at
 * first, and where their weights are zero, it is the U-Net over images, whose weights have the same names. With `middle_attention: 'video'`, the attention in
 * the middle sees all places of all frames at once, so that a thing that moves finds itself where it was: Arnab et al., ViViT (2021), model 1.
 *
 * The weights do not depend on the number of frames: `x` may have another than `num_frames`.
 *
 * @throws TweedieError `model` for an option that makes no sense, `shape` for a size that does not halve
 * @example
 * const network = spaceTimeUNet({ sample_size: 16, num_frames: 16, in_channels: 4, out_channels: 4, block_out_channels: [48, 96] })
 */
export function spaceTimeUNet(config: SpaceTimeUNetConfig): Network {
  const full = completeSpaceTimeConfig(config)
  const { frame, time } = full
  const size = heightAndWidth(frame.sample_size)
  return Object.freeze({
    className: 'SpaceTimeUNet',
    config: Object.freeze({ _class_name: 'SpaceTimeUNet', ...writtenSpaceTimeConfig(full) }),
    inputShape: Object.freeze([frame.in_channels, time.num_frames, ...size]),
    outputShape: Object.freeze([frame.out_channels, time.num_frames, ...size]),
    conditions: spaceTimeConditions(full),
    stride: strideOf(frame),
    build: (scope: Scope, inputs: NetworkInputs) => build(full, scope, inputs),
    rename: modernName,
  })
}

function build(full: SpaceTimeFields, scope: Scope, { x, t, conditions, dropout }: NetworkInputs): Tensor {
  checkVideo(x.shape.slice(1), full)
  const { time, frame } = full
  const frames = x.shape[2]!
  const specs = spaceTimeConditions(full)
  const ofFrames = Object.fromEntries(
    Object.entries(conditions ?? {}).map(([name, value]) => [
      name,
      specs[name]?.kind === 'image' ? toFrames(value) : toEachFrame(value, frames),
    ]),
  )
  const inputs = { x: toFrames(x), t: toEachFrame(t, frames), conditions: ofFrames, ...(dropout && { dropout }) }
  const across = (own: Scope, h: Tensor): Tensor => timeLayer(own, h, frames, time.time_layer, time.time_head_dim)
  const together = (attend: (h: Tensor) => Tensor, h: Tensor): Tensor => besides(attend, h, frames)
  const images = { across, ...(time.middle_attention === 'video' && { together }) }
  return toVideo(buildUNet2d(frame, scope, inputs, images), frames)
}
