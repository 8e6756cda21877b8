/** The blocks of a U-Net by name, and the fields of its configuration: the names of `UNet2DModel` in diffusers. */
import type { ConditionSpecs } from '../condition-spec.ts'

/** Down blocks that are known: whether they attend, and how they halve the resolution (undefined: as `downsample_type`). */
export const downBlockTypes = Object.freeze({
  DownBlock2D: { attends: false, resample: 'conv' },
  AttnDownBlock2D: { attends: true, resample: undefined },
  ResnetDownsampleBlock2D: { attends: false, resample: 'resnet' },
  SkipDownBlock2D: { attends: false, resample: 'skip' },
  AttnSkipDownBlock2D: { attends: true, resample: 'skip' },
} as const)

/** Up blocks that are known. */
export const upBlockTypes = Object.freeze({
  UpBlock2D: { attends: false, resample: 'conv' },
  AttnUpBlock2D: { attends: true, resample: undefined },
  ResnetUpsampleBlock2D: { attends: false, resample: 'resnet' },
  SkipUpBlock2D: { attends: false, resample: 'skip' },
  AttnSkipUpBlock2D: { attends: true, resample: 'skip' },
} as const)

export type DownBlockType = keyof typeof downBlockTypes
export type UpBlockType = keyof typeof upBlockTypes
export type Resample = 'conv' | 'resnet'

/** Whether an image runs beside the features of such a block. */
export function isSkipBlock(type: DownBlockType | UpBlockType): boolean {
  return (
    ({ ...downBlockTypes, ...upBlockTypes } as Record<string, { readonly resample?: string | undefined }>)[type]!
      .resample === 'skip'
  )
}

/** Every field of the configuration, as `unet/config.json` spells it. */
export interface UNet2DFields {
  /** Height and width of the images; one number for squares. */
  readonly sample_size: number | readonly [number, number]
  readonly in_channels: number
  readonly out_channels: number
  /** Whether to map data in [0, 1] to [−1, 1] first: `2 x − 1`. */
  readonly center_input_sample: boolean
  /** `fourier` expects sigmas as times and divides the output by them; `learned` is a table over whole steps. */
  readonly time_embedding_type: 'positional' | 'fourier' | 'learned'
  /** Width of the time embedding; null: four times the first block's channels. */
  readonly time_embedding_dim: number | null
  readonly freq_shift: number
  readonly flip_sin_to_cos: boolean
  readonly down_block_types: readonly DownBlockType[]
  readonly mid_block_type: 'UNetMidBlock2D' | null
  readonly up_block_types: readonly UpBlockType[]
  readonly block_out_channels: readonly number[]
  /** Residual blocks at every resolution going down; going up there is one more. */
  readonly layers_per_block: number
  /** Residual sums in the middle block are divided by it. */
  readonly mid_block_scale_factor: number
  /** 1: a row of zeros on every side; 0: only below and on the right. */
  readonly downsample_padding: 0 | 1
  readonly downsample_type: Resample
  readonly upsample_type: Resample
  readonly dropout: number
  readonly act_fn: string
  /** Features of an attention head; null: a single head. */
  readonly attention_head_dim: number | null
  /** Groups of norms; null: a quarter of the channels, at most 32 (only where all blocks are skip blocks, which do so anyway). */
  readonly norm_num_groups: number | null
  /** Groups of the norm in the middle block's attention; null: `norm_num_groups`, and no norm with `scale_shift`. */
  readonly attn_norm_num_groups: number | null
  readonly norm_eps: number
  /** How the time enters a residual block: added to it, or as scale and shift of its second norm. */
  readonly resnet_time_scale_shift: 'default' | 'scale_shift'
  /** Whether the middle block attends. */
  readonly add_attention: boolean
  /**
   * How `labels` are embedded: null, classes by a table; `timestep`, a number as times are; `identity`, the embedding
   * itself.
   */
  readonly class_embed_type: 'timestep' | 'identity' | null
  /** The number of classes; null: unconditional. */
  readonly num_class_embeds: number | null
  /** Vectors, and images `[C, H, W]` of the data's size that become further channels, by name; null: none. Not diffusers'. */
  readonly conditions: ConditionSpecs | null
  /** The standard deviation of class embeddings before training; null: 1, as in diffusers, which is ten times that of times. Not diffusers'. */
  readonly class_embed_std: number | null
  /** Whether residual blocks begin as identities, and the network's output as zero: the last weights of each branch are 0 before training. Not diffusers'. */
  readonly zero_init: boolean
  /** Rows of the table of a `learned` time embedding. */
  readonly num_train_timesteps: number | null
}
