/** The conditional U-Net: the sizes of published ones, names of parameters, options, and what is refused. */
import { describe, expect, it } from 'vitest'
import { conditionInputs, conditionShape } from '../../../src/engine/nn/condition-spec.ts'
import { input, sizeOf } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { networkFromConfig, parametersOf, Scope, unet2dCondition } from '../../../src/engine/nn/index.ts'
import type { Network, UNet2DConditionConfig } from '../../../src/engine/nn/index.ts'
import { distance, parameterFeeds, random, shaken } from './run.ts'

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

  it('inputs of Stable Diffusion XL', () => {
    const { conditions } = unet2dCondition(sdxl)
    expect(Object.entries(conditions).map(([name, spec]) => [name, conditionShape(spec)])).toEqual([
      ['context', [77, 2048]],
      ['text_embeds', [1280]],
      ['time_ids', [6]],
    ])
  })
})

const tiny = {
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: 2,
  cross_attention_dim: 6,
  context_length: 3,
} as const satisfies UNet2DConditionConfig

/** A network's output for two random items. */
function output(config: Partial<UNet2DConditionConfig>, size = 4): ArrayLike<number> {
  return run(unet2dCondition({ ...tiny, ...config } as UNet2DConditionConfig), size)
}

function run(network: Network, size = 4, more: Record<string, ArrayLike<number>> = {}) {
  const layout = parametersOf(network)
  const channels = network.inputShape[0]!
  const y = network.build(new Scope(), {
    x: input('x', [2, channels, size, size]),
    t: input('t', [2]),
    conditions: conditionInputs(network.conditions, 2),
  })
  const conditions = Object.fromEntries(
    Object.entries(network.conditions).map(([name, spec]) => {
      const length = 2 * sizeOf(conditionShape(spec))
      return [name, spec.kind === 'class' ? [0, 1] : random(name, length)]
    }),
  )
  const x = random('x', 2 * channels * size * size)
  const feeds = { ...parameterFeeds(layout, shaken(network)), ...conditions, x, t: [3, 500], ...more }
  return evaluate([y], feeds)[0]!.data
}

const plain = output({})

describe('options change the output', () => {
  it.each<Partial<UNet2DConditionConfig>>([
    { center_input_sample: true },
    { flip_sin_to_cos: false },
    { freq_shift: 1 },
    { downsample_padding: 0 },
    { norm_eps: 1e-2 },
    { attention_head_dim: 1 },
    { attention_head_dim: [1, 2] },
    { num_attention_heads: 4 },
    { mid_block_scale_factor: 2 },
    { mid_block_type: null },
    { mid_block_type: 'UNetMidBlock2D' },
    { act_fn: 'gelu' },
    { only_cross_attention: true },
    { only_cross_attention: [true, false] },
    { layers_per_block: [1, 2] },
    { transformer_layers_per_block: 2 },
    { transformer_layers_per_block: [2, 1] },
    { transformer_layers_per_block: [1, 1], reverse_transformer_layers_per_block: [1, [1, 3]] },
    { encoder_hid_dim: 5, encoder_hid_dim_type: 'text_proj' },
    { num_class_embeds: 2 },
    { class_embed_type: 'timestep' },
    { class_embed_type: 'identity' },
    { class_embed_type: 'projection', projection_class_embeddings_input_dim: 3 },
    { class_embed_type: 'simple_projection', projection_class_embeddings_input_dim: 3 },
    { num_class_embeds: 2, class_embeddings_concat: true },
    { addition_embed_type: 'text', addition_embed_type_num_heads: 2 },
    { addition_embed_type: 'text_time', addition_time_embed_dim: 4, projection_class_embeddings_input_dim: 29 },
    { time_embedding_type: 'fourier' },
    { time_embedding_dim: 12 },
    { time_embedding_act_fn: 'silu' },
    { timestep_post_act: 'silu' },
    { time_cond_proj_dim: 2 },
    { conv_in_kernel: 5 },
    { conv_out_kernel: 1 },
    { resnet_time_scale_shift: 'scale_shift' },
    { down_block_types: ['AttnDownBlock2D', 'DownBlock2D'] },
    { conditions: { style: { kind: 'vector', size: 2 } } },
    { conditions: { sketch: { kind: 'image', shape: [1, 4, 4] } } },
    { context_nothing: true },
  ])('%j', (config) => {
    const y = output(config)
    expect(y).toHaveLength(32)
    expect([...(y as Float32Array)].every(Number.isFinite)).toBe(true)
    expect(distance(y, plain)).toBeGreaterThan(1e-4)
  })

  it.each([{ upcast_attention: true }, { use_linear_projection: true }])('but not %j, as it must', (config) => {
    expect([...(output(config) as Float32Array)]).toEqual([...(plain as Float32Array)])
  })
})

describe('a text that is pooled', () => {
  const config = { ...tiny, addition_embed_type: 'text', addition_embed_type_num_heads: 2 } as const
  const flagged = unet2dCondition({ ...config, context_nothing: true })
  const vectors = random('vectors', 2 * 3 * 6)
  /** Vectors with a flag behind each. */
  const withFlags = (flags: readonly number[], other = 0): Float32Array =>
    Float32Array.from({ length: 2 * 3 * 7 }, (_, i) => {
      const place = Math.floor(i / 7)
      return i % 7 === 6 ? flags[place]! : vectors[place * 6 + (i % 7)]! + (flags[place] === 0 ? other : 0)
    })

  it('is the same with flags where there is something at all places', () => {
    const [all, without] = [
      run(flagged, 4, { context: withFlags([1, 1, 1, 1, 1, 1]) }),
      run(unet2dCondition(config), 4, { context: vectors }),
    ]
    expect(distance(all, without)).toBeLessThan(1e-5)
  })

  it('does not depend on places with nothing, and is something where there is no text at all', () => {
    const flags = [1, 0, 1, 0, 0, 0]
    const [y, other] = [0, 5].map((more) => run(flagged, 4, { context: withFlags(flags, more) }))
    expect([...y!]).toEqual([...other!])
    expect([...y!].every(Number.isFinite)).toBe(true)
    expect(distance(y!, run(flagged, 4, { context: withFlags([1, 1, 1, 0, 0, 0]) }))).toBeGreaterThan(1e-4)
  })
})

describe('parameters have the names of diffusers', () => {
  const shapeOf = (config: Partial<UNet2DConditionConfig>, name: string) =>
    parametersOf(unet2dCondition({ ...tiny, ...config })).specs.find((spec) => spec.name === name)?.shape

  it.each<[Partial<UNet2DConditionConfig>, string, number[]]>([
    [{}, 'down_blocks.0.attentions.0.proj_in.weight', [4, 4, 1, 1]],
    [{ use_linear_projection: true }, 'up_blocks.1.attentions.1.proj_out.weight', [4, 4]],
    [{}, 'mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight', [8, 6]],
    [{}, 'mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.weight', [64, 8]],
    [{}, 'mid_block.attentions.0.transformer_blocks.0.ff.net.2.bias', [8]],
    [{ only_cross_attention: true }, 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_v.weight', [4, 6]],
    [{ time_cond_proj_dim: 2 }, 'time_embedding.cond_proj.weight', [4, 2]],
    [{ encoder_hid_dim: 5 }, 'encoder_hid_proj.weight', [6, 5]],
    [{ class_embed_type: 'timestep' }, 'class_embedding.linear_1.weight', [16, 4]],
    [{ num_class_embeds: 2 }, 'class_embedding.weight', [2, 16]],
    [
      { class_embed_type: 'simple_projection', projection_class_embeddings_input_dim: 3 },
      'class_embedding.weight',
      [16, 3],
    ],
    [{ num_class_embeds: 2, class_embeddings_concat: true }, 'mid_block.resnets.0.time_emb_proj.weight', [8, 32]],
    [
      { addition_embed_type: 'text', addition_embed_type_num_heads: 2 },
      'add_embedding.pool.positional_embedding',
      [1, 6],
    ],
    [{ time_embedding_type: 'fourier' }, 'time_proj.weight', [4]],
  ])('%j: %s', (config, name, shape) => {
    expect(shapeOf(config, name)).toEqual(shape)
  })
})

describe('a network built again from its configuration', () => {
  it('is the same, and fields of ours are written only when used', () => {
    const first = unet2dCondition({ ...tiny, context_nothing: true })
    const again = networkFromConfig(first.className, first.config)
    expect(again.config).toEqual(first.config)
    expect(again.conditions).toEqual(first.conditions)
    expect(Object.keys(first.config)).toEqual(expect.arrayContaining(['context_length', 'context_nothing']))
    const known = Object.keys(unet2dCondition(sd15).config)
    expect(known.filter((field) => /^context|time_ids|conditions/.test(field))).toEqual([])
  })
})

describe('sizes that do not halve', () => {
  it.each([5, 6, 7])('%i pixels give as many', (size) => {
    const three = { block_out_channels: [4, 4, 8], layers_per_block: 1 } as const
    const config = {
      ...tiny,
      ...three,
      sample_size: size,
      down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
      up_block_types: ['UpBlock2D', 'UpBlock2D', 'CrossAttnUpBlock2D'],
    } as const
    expect(run(unet2dCondition(config), size)).toHaveLength(2 * size * size)
    expect(() => unet2dCondition({ ...config, downsample_padding: 0 })).toThrow('multiples of 4')
  })
})

describe('a guidance-distilled network', () => {
  it('takes zeros for no guidance: they add nothing', () => {
    const network = unet2dCondition({ ...tiny, time_cond_proj_dim: 2 })
    const none = run(network, 4, { timestep_cond: [0, 0, 0, 0] })
    const layout = parametersOf(unet2dCondition(tiny))
    const kept = parametersOf(network).toMap(shaken(network))
    kept.delete('time_embedding.cond_proj.weight')
    const y = evaluate(
      [
        unet2dCondition(tiny).build(new Scope(), {
          x: input('x', [2, 1, 4, 4]),
          t: input('t', [2]),
          conditions: conditionInputs(unet2dCondition(tiny).conditions, 2),
        }),
      ],
      {
        ...parameterFeeds(layout, layout.fromMap(kept)),
        x: random('x', 32),
        t: [3, 500],
        context: random('context', 36),
      },
    )[0]!.data
    expect([...none]).toEqual([...y])
  })
})

describe('what is refused, by name', () => {
  it.each<[object, string]>([
    [{ dual_cross_attention: true }, 'dual_cross_attention is true'],
    [{ attention_type: 'gated' }, 'attention_type is "gated"'],
    [{ addition_embed_type: 'text_image' }, 'addition_embed_type is "text_image"'],
    [{ encoder_hid_dim_type: 'image_proj', encoder_hid_dim: 4 }, 'encoder_hid_dim_type is "image_proj"'],
    [{ down_block_types: ['SimpleCrossAttnDownBlock2D', 'DownBlock2D'] }, 'down_block_types is'],
    [{ up_block_types: ['UpBlock2D'] }, 'up_block_types is ["UpBlock2D"], expected 2 entries'],
    [{ mid_block_type: 'UNetMidBlock2DSimpleCrossAttn' }, 'mid_block_type is'],
    [{ cross_attention_dim: [6, 8] }, 'cross_attention_dim is [6,8], expected the same size'],
    [{ attention_head_dim: 3 }, 'attention_head_dim is 3, expected a number of heads that divides the 4 channels'],
    [{ num_attention_heads: 3 }, 'num_attention_heads is 3'],
    [{ norm_num_groups: 3 }, 'norm_num_groups is 3'],
    [{ transformer_layers_per_block: [[1], 1] }, 'reverse_transformer_layers_per_block is null'],
    [
      { transformer_layers_per_block: [1, 1], reverse_transformer_layers_per_block: [1, [1]] },
      'expected 2 numbers in its list 1',
    ],
    [{ class_embed_type: 'projection' }, 'projection_class_embeddings_input_dim is null'],
    [{ class_embeddings_concat: true }, 'class_embeddings_concat is true'],
    [{ addition_embed_type: 'text_time' }, 'addition_time_embed_dim is null'],
    [
      { addition_embed_type: 'text_time', addition_time_embed_dim: 4, projection_class_embeddings_input_dim: 24 },
      'more than the 6 × 4 features',
    ],
    [{ conv_in_kernel: 4 }, 'conv_in_kernel is 4, expected an odd number'],
    [{ resnet_skip_time_act: true }, 'resnet_skip_time_act is true'],
    [{ cross_attention_norm: 'layer_norm' }, 'cross_attention_norm is "layer_norm"'],
    [{ guidance_of_tomorrow: 3 }, 'unknown option guidance_of_tomorrow'],
  ])('%j', (config, message) => {
    expect(() => networkFromConfig('UNet2DConditionModel', { ...tiny, ...config })).toThrow(message)
  })
})
