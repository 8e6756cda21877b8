/** The conditional U-Net: published sizes, options. */
import { describe, expect, it } from 'vitest'
import { parametersOf, unet2dCondition } from '../../../src/engine/nn/index.ts'

const sd15 = { sample_size: 64, cross_attention_dim: 768 }
const sd21 = {
  sample_size: 96,
  cross_attention_dim: 1024,
  attention_head_dim: [5, 10, 20, 20],
  use_linear_projection: true,
}
const sdxl = {
  sample_size: 128,
  block_out_channels: [320, 640, 1280],
  down_block_types: ['DownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D'],
  up_block_types: ['CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'UpBlock2D'],
  attention_head_dim: [5, 10, 20],
  transformer_layers_per_block: [1, 2, 10],
  cross_attention_dim: 2048,
  use_linear_projection: true,
  addition_embed_type: 'text_time',
  addition_time_embed_dim: 256,
  projection_class_embeddings_input_dim: 2816,
} as const

describe('published sizes', () => {
  it.each([
    ['Stable Diffusion 1.5', sd15, 859_520_964],
    ['Stable Diffusion 2.1', sd21, 865_910_724],
    ['Stable Diffusion XL', sdxl, 2_567_463_684],
  ])('%s', (_, config, size) => {
    expect(parametersOf(unet2dCondition(config)).size).toBe(size)
  })
})
