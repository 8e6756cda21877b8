import { describe, expect, it } from 'vitest'
import { classesOf } from '../../../src/engine/nn/condition-spec.ts'
import { input } from '../../../src/engine/graph/index.ts'
import { initialize, parametersOf, Scope, unet2d } from '../../../src/engine/nn/index.ts'
import type { UNet2DConfig } from '../../../src/engine/nn/index.ts'
import { key } from '../../../src/engine/random/index.ts'
import { random, runNetwork } from './run.ts'
import { goldenConfig, goldenExists, goldenTensors } from './golden.ts'

/** The configuration of the first published DDPM. */
const ddpmCifar10: UNet2DConfig = {
  sample_size: 32,
  block_out_channels: [128, 256, 256, 256],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
  attention_head_dim: null,
  downsample_padding: 0,
  flip_sin_to_cos: false,
  freq_shift: 1,
  norm_eps: 1e-6,
}

const tiny: UNet2DConfig = {
  sample_size: 8,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [8, 16, 16],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 4,
}

describe.runIf(goldenExists)('the reference models', () => {
  it.each(['ddpm-digits-class', 'ddpm-rgb16'])('%s: names and shapes of all parameters', (model) => {
    const layout = parametersOf(unet2d(goldenConfig(model)))
    const file = goldenTensors(model, 'unet/diffusion_pytorch_model.safetensors')
    const shapes = (entries: Iterable<[string, { readonly shape: readonly number[] }]>) =>
      Object.fromEntries([...entries].map(([name, { shape }]) => [name, shape]))
    expect(shapes(layout.toMap(new Float32Array(layout.size)))).toEqual(shapes(file))
  })
})

describe('architecture', () => {
  it('of ddpm-cifar10-32 has 35,746,307 parameters', () => {
    expect(parametersOf(unet2d(ddpmCifar10)).size).toBe(35_746_307)
  })

  it('keeps the shape of a batch of any fitting size', () => {
    const network = unet2d({ ...tiny, out_channels: 2 })
    const y = network.build(new Scope(), { x: input('x', [3, 1, 12, 20]), t: input('t', [3]) })
    expect(y.shape).toEqual([3, 2, 12, 20])
    expect([network.inputShape, network.outputShape, classesOf(network)]).toEqual([[1, 8, 8], [2, 8, 8], 0])
  })

  it('reads the names of old files', () => {
    const layout = parametersOf(unet2d(tiny))
    const flat = Float32Array.from({ length: layout.size }, (_, i) => i)
    const old = new Map(
      [...layout.toMap(flat)].map(([name, array]) => [
        name
          .replace('.to_q.', '.query.')
          .replace('.to_k.', '.key.')
          .replace('.to_v.', '.value.')
          .replace('.to_out.0.', '.proj_attn.'),
        array,
      ]),
    )
    expect(old.has('mid_block.attentions.0.query.weight')).toBe(true)
    expect(layout.fromMap(old)).toEqual(flat)
    const wrapped = new Map([...old].map(([name, array]) => [`ddp.net.${name}`, array]))
    expect(layout.fromMap(wrapped)).toEqual(flat)
  })

  it('begins as zero where it shall, and with classes as large as they shall be', () => {
    const network = unet2d({ ...tiny, num_class_embeds: 200, class_embed_std: 0.1, zero_init: true })
    const layout = parametersOf(network)
    const flat = initialize(layout, key(3))
    const at = (name: string): Float32Array => layout.toMap(flat).get(name)!.data
    const last = [...layout.toMap(flat)].flatMap(([name, { data }]) =>
      data.every((value) => value === 0) ? [name] : [],
    )
    const branches = /(conv2|to_out\.0|conv_out)\.(weight|bias)$/
    expect(last.filter((name) => branches.test(name))).toEqual(
      [...layout.toMap(flat).keys()].filter((name) => branches.test(name)),
    )
    expect(last.some((name) => /conv1\.weight|to_q|conv_shortcut|conv_in/.test(name))).toBe(false)
    const classes = at('class_embedding.weight')
    expect(Math.sqrt(classes.reduce((sum, value) => sum + value ** 2, 0) / classes.length)).toBeCloseTo(0.1, 2)
    const x = random('x', 64)
    expect([...runNetwork(network, flat, x, [5], [7])]).toEqual(Array.from({ length: 64 }, () => 0))
  })

  it('survives its own configuration', () => {
    const others = { mid_block_type: null, time_embedding_dim: 24, class_embed_std: 0.1, zero_init: true } as const
    for (const options of [{}, others]) {
      const network = unet2d({ ...tiny, ...options })
      const again = unet2d(JSON.parse(JSON.stringify(network.config)))
      expect(again.config).toEqual(network.config)
      expect(parametersOf(again).specs).toEqual(parametersOf(network).specs)
      for (const name of Object.keys(others)) expect(Object.hasOwn(network.config, name)).toBe(name in options)
    }
  })
})

describe('options change the parameters as in diffusers', () => {
  const names = (config: Partial<UNet2DConfig>) =>
    new Map(parametersOf(unet2d({ ...tiny, ...config })).specs.map(({ name, shape }) => [name, shape]))

  it('scale_shift doubles the time projection and drops the norm of the middle attention', () => {
    const found = names({ resnet_time_scale_shift: 'scale_shift' })
    expect(found.get('down_blocks.0.resnets.0.time_emb_proj.weight')).toEqual([16, 32])
    expect(found.has('mid_block.attentions.0.group_norm.weight')).toBe(false)
    expect(found.has('down_blocks.1.attentions.0.group_norm.weight')).toBe(true)
    expect(
      names({ resnet_time_scale_shift: 'scale_shift', attn_norm_num_groups: 2 }).has(
        'mid_block.attentions.0.group_norm.weight',
      ),
    ).toBe(true)
  })

  it('add_attention, mid_block_type', () => {
    const mid = (config: Partial<UNet2DConfig>, part: string) =>
      [...names(config).keys()].some((name) => name.startsWith(`mid_block${part}`))
    expect([mid({}, '.attentions'), mid({ add_attention: false }, '.attentions')]).toEqual([true, false])
    expect(mid({ mid_block_type: null }, '')).toBe(false)
  })

  it('resampling by residual blocks, only where diffusers does', () => {
    const found = names({ downsample_type: 'resnet', upsample_type: 'resnet' })
    expect(found.has('down_blocks.0.downsamplers.0.conv.weight')).toBe(true)
    expect(found.has('down_blocks.1.downsamplers.0.norm1.weight')).toBe(true)
    expect(found.has('up_blocks.1.upsamplers.0.time_emb_proj.weight')).toBe(true)
  })

  it('the three time embeddings', () => {
    expect(names({}).has('time_proj.weight')).toBe(false)
    const fourier = names({ time_embedding_type: 'fourier' })
    expect(fourier.get('time_proj.weight')).toEqual([8])
    expect(fourier.get('time_embedding.linear_1.weight')).toEqual([32, 16])
    expect(names({ time_embedding_type: 'learned', num_train_timesteps: 50 }).get('time_proj.weight')).toEqual([50, 8])
  })
})

describe('errors', () => {
  const message = (config: Record<string, unknown>) => () => unet2d({ ...tiny, ...config } as UNet2DConfig)

  it.each([
    [
      { in_channels: 3, sample_size: [32, 30] },
      'shape [3, 32, 30]: height and width must be multiples of 4 for 3 resolutions',
    ],
    [{ layers_per_block: 1e6 }, 'layers_per_block is 1000000, expected a positive integer, at most 1000'],
    [{ in_channels: 1e9 }, 'in_channels is 1000000000, expected a positive integer, at most 16777216'],
    [{ sample_size: null }, 'sample_size is null, expected a positive integer or [height, width]'],
    [
      { down_block_types: ['KDownBlock2D', 'DownBlock2D', 'DownBlock2D'] },
      'down_block_types is "KDownBlock2D", expected one of DownBlock2D',
    ],
    [{ up_block_types: ['UpBlock2D'] }, 'expected 3 blocks'],
    [{ norm_num_groups: 5 }, 'norm_num_groups is 5, expected a divisor of all of block_out_channels, also of 8'],
    [{ attention_head_dim: 3 }, 'attention_head_dim is 3, expected a divisor of the 16 channels that attend'],
    [{ downsample_type: 'fir' }, 'downsample_type is "fir", expected "conv" or "resnet"'],
    [{ class_embed_type: 'projection' }, 'class_embed_type is "projection"'],
    [{ time_embedding_type: 'learned' }, 'num_train_timesteps is null'],
    [{ dropout: 1 }, 'dropout is 1, expected a number in [0, 1)'],
    [{ layer_per_block: 2 }, 'unknown option layer_per_block'],
  ])('%j', (config, expected) => {
    expect(message(config)).toThrow(expected)
  })

  it('labels must be given exactly to a conditional network', () => {
    const inputs = { x: input('x', [1, 1, 8, 8]), t: input('t', [1]) }
    const labels = input('labels', [1], 'int32')
    expect(() => unet2d({ ...tiny, num_class_embeds: 3 }).build(new Scope(), inputs)).toThrow('needs labels, 0 … 2')
    expect(() => unet2d(tiny).build(new Scope(), { ...inputs, conditions: { labels } })).toThrow(
      'this UNet2DModel is unconditional',
    )
  })
})
