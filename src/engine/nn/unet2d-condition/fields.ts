/** The blocks of a conditional U-Net by name, and the fields of its configuration: the names of `UNet2DConditionModel` in diffusers. */
import type { ConditionSpecs } from '../condition-spec.ts'

/** Down blocks that are known: how they attend. */
export const downBlocks = Object.freeze({
  DownBlock2D: 'none',
  AttnDownBlock2D: 'self',
  CrossAttnDownBlock2D: 'cross',
} as const)

/** Up blocks that are known. */
export const upBlocks = Object.freeze({
  UpBlock2D: 'none',
  AttnUpBlock2D: 'self',
  CrossAttnUpBlock2D: 'cross',
} as const)

export type ConditionDownBlock = keyof typeof downBlocks
export type ConditionUpBlock = keyof typeof upBlocks

/** One number for all resolutions, or one for each. */
export type PerLevel<T> = T | readonly T[]

/** Every field of the configuration, as `unet/config.json` spells it. */
export interface UNet2DConditionFields {
  /** Height and width of the images; one number for squares. */
  readonly sample_size: number | readonly [number, number]
  readonly in_channels: number
  readonly out_channels: number
  /** Whether to map data in [0, 1] to [−1, 1] first: `2 x − 1`. */
  readonly center_input_sample: boolean
  readonly flip_sin_to_cos: boolean
  readonly freq_shift: number
  readonly down_block_types: readonly ConditionDownBlock[]
  readonly mid_block_type: 'UNetMidBlock2DCrossAttn' | 'UNetMidBlock2D' | null
  readonly up_block_types: readonly ConditionUpBlock[]
  /** Whether the first attention of a block, too, looks at the context instead of at the image. */
  readonly only_cross_attention: PerLevel<boolean>
  readonly block_out_channels: readonly number[]
  /** Residual blocks at every resolution going down; going up there is one more. */
  readonly layers_per_block: PerLevel<number>
  /** 1: a row of zeros on every side; 0: only below and on the right. */
  readonly downsample_padding: 0 | 1
  /** Residual sums in the middle block are divided by it. */
  readonly mid_block_scale_factor: number
  readonly dropout: number
  readonly act_fn: string
  readonly norm_num_groups: number
  readonly norm_eps: number
  /** The size of the context's vectors. */
  readonly cross_attention_dim: PerLevel<number>
  /** Transformer blocks behind each residual block, by resolution; a list within the list: for each residual block. */
  readonly transformer_layers_per_block: PerLevel<number | readonly number[]>
  /** The same on the way up, from the lowest resolution; null: `transformer_layers_per_block` turned round. */
  readonly reverse_transformer_layers_per_block: readonly (number | readonly number[])[] | null
  /** The size of the context's vectors where a linear layer brings them to `cross_attention_dim` first. */
  readonly encoder_hid_dim: number | null
  readonly encoder_hid_dim_type: 'text_proj' | null
  /** **How many heads there are**, unless `num_attention_heads` says so (a name that diffusers keeps for old files). */
  readonly attention_head_dim: PerLevel<number>
  /** How many heads there are; null: as `attention_head_dim` says. */
  readonly num_attention_heads: PerLevel<number> | null
  readonly dual_cross_attention: false
  /** Whether the layers around the transformer blocks are linear instead of 1×1 convolutions: other shapes, the same function. */
  readonly use_linear_projection: boolean
  /**
   * How `labels` are embedded: null, classes by a table; `timestep`, a number as times are; `identity`, the embedding itself;
   * `projection`, a vector through two layers; `simple_projection`, through one.
   */
  readonly class_embed_type: 'timestep' | 'identity' | 'projection' | 'simple_projection' | null
  /** What else enters the time's embedding: `text`, the pooled context; `text_time`, `text_embeds` and `time_ids`. */
  readonly addition_embed_type: 'text' | 'text_time' | null
  /** Features of each of the `time_ids`. */
  readonly addition_time_embed_dim: number | null
  readonly addition_embed_type_num_heads: number
  /** The number of classes; null: none. */
  readonly num_class_embeds: number | null
  /** Attention in single precision in a network of half precision: no effect here. */
  readonly upcast_attention: boolean
  /** How the time enters a residual block: added to it, or as scale and shift of its second norm. */
  readonly resnet_time_scale_shift: 'default' | 'scale_shift'
  readonly resnet_skip_time_act: false
  readonly resnet_out_scale_factor: 1
  readonly time_embedding_type: 'positional' | 'fourier'
  /** Width of the time embedding; null: four times the first block's channels, twice of `fourier`. */
  readonly time_embedding_dim: number | null
  /** An activation of the embedding of time and conditions. */
  readonly time_embedding_act_fn: string | null
  /** An activation behind the two layers of the time. */
  readonly timestep_post_act: string | null
  /** The size of a vector that is added to the time's features, the condition `timestep_cond`; null: there is none. */
  readonly time_cond_proj_dim: number | null
  readonly conv_in_kernel: number
  readonly conv_out_kernel: number
  /** The size of what enters the layers of `projection`, `simple_projection` and `text_time`. */
  readonly projection_class_embeddings_input_dim: number | null
  readonly attention_type: 'default'
  /** Whether the class's embedding lies beside the time's instead of being added to it. */
  readonly class_embeddings_concat: boolean
  readonly mid_block_only_cross_attention: false | null
  readonly cross_attention_norm: null
  /** Places of the context. Not diffusers'. */
  readonly context_length: number
  /** Whether each place of the context says if there is something. Not diffusers'. */
  readonly context_nothing: boolean
  /** How many `time_ids` there are: 6, or 5 of a refiner. Not diffusers'. */
  readonly time_ids_length: number
  /** Vectors, and images `[C, H, W]` of the data's size that become further channels, by name; null: none. Not diffusers'. */
  readonly conditions: ConditionSpecs | null
}
