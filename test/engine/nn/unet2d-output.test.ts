import { describe, expect, it } from 'vitest'
import { classesOf } from '../../../src/engine/nn/condition-spec.ts'
import { sizeOf } from '../../../src/engine/graph/index.ts'
import { initialize, parametersOf, unet2d } from '../../../src/engine/nn/index.ts'
import type { UNet2DConfig } from '../../../src/engine/nn/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'
import { goldenConfig, goldenExists, goldenTensors } from './golden.ts'
import { distance, runNetwork as run } from './run.ts'

describe.runIf(goldenExists)('the reference output of PyTorch', () => {
  it.each(['ddpm-digits-class'])('%s', (model) => {
    const network = unet2d(goldenConfig(model))
    const flat = parametersOf(network).fromMap(goldenTensors(model, 'unet/diffusion_pytorch_model.safetensors'))
    const reference = goldenTensors(model, 'reference.safetensors')
    const item = sizeOf(network.inputShape)
    const [x, t, labels, expected] = ['x', 't', 'class_labels', 'output'].map((name) => reference.get(name)?.data)
    // The last item alone: the reference evaluator is slow.
    const y = run(network, flat, x!.subarray(item), [t![1]!], labels?.subarray(1))
    expect(distance(y, expected!.subarray(item))).toBeLessThan(1e-5)
  })
})

const tiny: UNet2DConfig = {
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: 4,
}
const noise = normal(key('x'), new Float32Array(32))

function output(config: Partial<UNet2DConfig>, t = [0.5, 3]) {
  const network = unet2d({ ...tiny, ...config })
  const labels = classesOf(network) > 0 ? [0, 1] : undefined
  return run(network, initialize(parametersOf(network), key(3)), noise, t, labels)
}

describe('options change the output', () => {
  const plain = output({})
  it.each<Partial<UNet2DConfig>>([
    { center_input_sample: true },
    { flip_sin_to_cos: false },
    { freq_shift: 1 },
    { downsample_padding: 0 },
    { norm_eps: 1e-2 },
    { attention_head_dim: null },
    { attention_head_dim: 2 },
    { mid_block_scale_factor: 2 },
    { mid_block_type: null },
    { add_attention: false },
    { act_fn: 'gelu' },
    { act_fn: 'mish' },
    { act_fn: 'relu' },
    { num_class_embeds: 2 },
    { resnet_time_scale_shift: 'scale_shift' },
    { down_block_types: ['ResnetDownsampleBlock2D', 'AttnDownBlock2D'] },
    { up_block_types: ['ResnetUpsampleBlock2D', 'UpBlock2D'] },
    { time_embedding_type: 'fourier' },
    { time_embedding_type: 'learned', num_train_timesteps: 4 },
  ])('%j', (config) => {
    const y = output(config)
    expect([...y].every(Number.isFinite)).toBe(true)
    expect(distance(y, plain)).toBeGreaterThan(1e-4)
  })

  it('the Fourier embedding divides the output by sigma', () => {
    // Weights of zero, and a bias of one in the last layer: the output is 1 / sigma.
    const network = unet2d({ ...tiny, time_embedding_type: 'fourier' })
    const layout = parametersOf(network)
    const flat = new Float32Array(layout.size)
    layout.view(flat, 'conv_out.bias').fill(1)
    expect([...run(network, flat, noise, [2, 4])]).toEqual([...Array(16).fill(1 / 2), ...Array(16).fill(1 / 4)])
  })
})

describe('a sample', () => {
  it('does not see the others of its batch', () => {
    const network = unet2d(tiny)
    const flat = initialize(parametersOf(network), key(3))
    const [first, second] = [noise.subarray(0, 16), noise.subarray(16)]
    const both = run(network, flat, [...second, ...first], [3, 0.5])
    expect([...both]).toEqual([...run(network, flat, second, [3]), ...run(network, flat, first, [0.5])])
  })
})
