/** The configuration of a U-Net over videos: that of a U-Net over images, and what concerns time. */
import { TweedieError } from '../../../errors.ts'
import { showShape } from '../../graph/index.ts'
import { badField, checkConfig, count, oneOf } from '../check-config.ts'
import { conditionSpecs, type ConditionSpecs } from '../condition-spec.ts'
import { checkSize, completeConfig, type UNet2DConfig, writtenConfig } from '../unet2d/config.ts'
import { isSkipBlock, type UNet2DFields } from '../unet2d/fields.ts'
import { type TimeLayer, timeLayers } from './time-layer.ts'

/** What concerns time. */
export interface TimeFields {
  /** T, the frames of a video. The weights do not depend on it. */
  readonly num_frames: number
  /** What layers along time are made of. */
  readonly time_layer: TimeLayer
  /** At most so many features to a head of attention along time. */
  readonly time_head_dim: number
  /** What the attention in the middle of the U-Net sees: the places of its frame, or those of all frames. */
  readonly middle_attention: 'frame' | 'video'
}

/** Options of `spaceTimeUNet`: `num_frames`, and the options of `unet2d`. Conditions of kind `image` are videos `[C, T, H, W]`. */
export type SpaceTimeUNetConfig = UNet2DConfig & Pick<TimeFields, 'num_frames'> & Partial<TimeFields>

/** The configuration, completed. */
export interface SpaceTimeFields {
  readonly time: TimeFields
  /** The U-Net that sees single frames; its conditions are those of frames. */
  readonly frame: UNet2DFields
  readonly conditions: ConditionSpecs | null
}

const className = 'SpaceTimeUNet'

const timeDefaults = {
  num_frames: null as number | null,
  time_layer: 'attention',
  time_head_dim: 32,
  middle_attention: 'frame',
}

const timeRules = {
  num_frames: count,
  time_layer: oneOf(...timeLayers),
  time_head_dim: count,
  middle_attention: oneOf('frame', 'video'),
} as const

/** The U-Net's defaults that are other than those of images: two resolutions that train on a CPU. */
const frameDefaults = {
  block_out_channels: [48, 96],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 16,
  attention_head_dim: 32,
} as const

/**
 * The full configuration.
 *
 * @throws TweedieError `model` that names the field, its value and what is allowed
 */
export function completeSpaceTimeConfig(config: SpaceTimeUNetConfig): SpaceTimeFields {
  const { num_frames, time_layer, time_head_dim, middle_attention, conditions = null, ...image } = config
  const asked = { num_frames, time_layer, time_head_dim, middle_attention }
  const time = checkConfig(className, asked, timeDefaults, timeRules) as TimeFields
  for (const [name, spec] of Object.entries(conditions ?? {})) {
    if (spec.kind !== 'image' || (spec.shape.length === 4 && spec.shape[1] === time.num_frames)) continue
    throw badField(className, `conditions.${name}.shape`, spec.shape, `[channels, ${time.num_frames}, height, width]`)
  }
  const frame = completeConfig({
    ...('block_out_channels' in image ? {} : frameDefaults),
    ...image,
    conditions: conditions && ofFrames(conditions),
  })
  const skipping = [...frame.down_block_types, ...frame.up_block_types].find(isSkipBlock)
  if (skipping !== undefined) {
    throw badField(className, 'down_block_types', skipping, 'blocks without an image beside the features')
  }
  return { time: Object.freeze(time), frame, conditions }
}

/** The configuration as a model folder holds it. */
export function writtenSpaceTimeConfig({ time, frame, conditions }: SpaceTimeFields): Record<string, unknown> {
  const { conditions: _, ...written } = writtenConfig(frame)
  return { ...time, ...written, ...(conditions !== null && { conditions }) }
}

/** The conditions of videos as those of frames. */
function ofFrames(conditions: ConditionSpecs): ConditionSpecs {
  return Object.fromEntries(
    Object.entries(conditions).map(([name, spec]) => {
      if (spec.kind !== 'image') return [name, spec]
      const [channels, , height, width] = spec.shape as [number, number, number, number]
      return [name, { ...spec, shape: [channels, height, width] }]
    }),
  )
}

/** The conditions of the network. */
export function spaceTimeConditions({ frame, conditions }: SpaceTimeFields): ConditionSpecs {
  return conditionSpecs(frame.num_class_embeds, conditions)
}

/** Throws unless a video `[C, T, H, W]` fits the network; any T does. */
export function checkVideo(shape: readonly number[], { frame }: SpaceTimeFields): void {
  const [channels, frames, ...size] = shape
  if (shape.length !== 4 || !(frames! > 0)) {
    throw new TweedieError('shape', `shape ${showShape(shape)}: expected [${frame.in_channels}, frames, height, width]`)
  }
  checkSize([channels!, ...size], frame)
}
