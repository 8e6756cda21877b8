/** What configures an encoder and a decoder of images: fields that `AutoencoderKL` and `VQModel` of diffusers share. */
import { TweedieError } from '../../../errors.ts'
import { showShape } from '../../graph/index.ts'
import { isActivation } from '../activation.ts'
import { badField, count, counts, type FieldRule, flag, imageSize, layerCount } from '../check-config.ts'

/** Blocks that are known, and whether they attend to all pixels behind every residual block. */
export const encoderBlocks = Object.freeze({
  DownEncoderBlock2D: { attends: false },
  AttnDownEncoderBlock2D: { attends: true },
} as const)
export const decoderBlocks = Object.freeze({
  UpDecoderBlock2D: { attends: false },
  AttnUpDecoderBlock2D: { attends: true },
} as const)

/** The fields, as `vae/config.json` spells them. */
export interface CoderFields {
  /** Height and width of the images that the network is made for; one number for squares. Others are taken too. */
  readonly sample_size: number | readonly [number, number]
  readonly in_channels: number
  readonly out_channels: number
  readonly down_block_types: readonly (keyof typeof encoderBlocks)[]
  readonly up_block_types: readonly (keyof typeof decoderBlocks)[]
  /** Channels at every resolution, the highest first; each one but the last halves it. */
  readonly block_out_channels: readonly number[]
  /** Residual blocks at every resolution of the encoder; the decoder has one more. */
  readonly layers_per_block: number
  readonly act_fn: string
  /** Channels of a code. */
  readonly latent_channels: number
  readonly norm_num_groups: number
  /** Whether the middle blocks attend to all pixels. */
  readonly mid_block_add_attention: boolean
}

/** The rules of the fields. */
export const coderRules: Readonly<
  Record<Exclude<keyof CoderFields, 'down_block_types' | 'up_block_types'>, FieldRule>
> = Object.freeze({
  sample_size: imageSize,
  in_channels: count,
  out_channels: count,
  block_out_channels: counts,
  layers_per_block: layerCount,
  act_fn: [isActivation, '"silu", "swish", "relu", "gelu" or "mish"'],
  latent_channels: count,
  norm_num_groups: count,
  mid_block_add_attention: flag,
})

/**
 * Checks that blocks, channels and groups fit together.
 *
 * @throws TweedieError `model` that names the field, its value and what is allowed
 */
export function checkCoder(className: string, fields: CoderFields): void {
  const { block_out_channels: channels, norm_num_groups: groups } = fields
  for (const [field, known] of [
    ['down_block_types', encoderBlocks],
    ['up_block_types', decoderBlocks],
  ] as const) {
    const types: unknown = fields[field]
    const names = Object.keys(known).join(', ')
    if (!Array.isArray(types) || types.length !== channels.length) {
      throw badField(className, field, types, `${channels.length} blocks, one for each entry of block_out_channels`)
    }
    const strange = types.find((type) => !Object.hasOwn(known, type as string))
    if (strange === undefined) continue
    throw badField(className, field, strange, `one of ${names}`, 'other blocks of diffusers are not supported')
  }
  const strange = channels.find((each) => each % groups !== 0)
  if (strange === undefined) return
  throw badField(className, 'norm_num_groups', groups, `a divisor of all of block_out_channels, also of ${strange}`)
}

/** The factor between the sides of an image and of its code. */
export function factorOf({ block_out_channels: channels }: Pick<CoderFields, 'block_out_channels'>): number {
  return 2 ** (channels.length - 1)
}

/**
 * The height and width of the code of images of this size.
 *
 * @throws TweedieError `shape` for sides that do not halve at every resolution
 */
export function codeSize(className: string, size: readonly number[], fields: CoderFields): readonly [number, number] {
  const factor = factorOf(fields)
  if (size.length !== 2 || !size.every((dim) => dim > 0 && dim % factor === 0)) {
    throw new TweedieError(
      'shape',
      `${className}: images of ${showShape(size)}: height and width must be multiples of ${factor}, the factor of its code`,
      { hint: 'pad or cut the images, or use fewer entries in block_out_channels' },
    )
  }
  return [size[0]! / factor, size[1]! / factor]
}
