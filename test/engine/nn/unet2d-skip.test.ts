/** NCSN++: filtered changes of resolution against their kernel, and the blocks with an image beside the features. */
import { describe, expect, it } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { initialize, parametersOf, unet2d } from '../../../src/engine/nn/index.ts'
import type { UNet2DConfig } from '../../../src/engine/nn/index.ts'
import { firDownsample, firUpsample } from '../../../src/engine/nn/unet2d/fir.ts'
import { key } from '../../../src/engine/random/index.ts'
import { distance, random, runNetwork } from './run.ts'

const taps = [1, 3, 3, 1]

/** Σ k_i k_j x over a plane with zeros outside; `at(y, i)`: the row that tap i meets for output row y, or undefined. */
function filtered(x: Float32Array, size: number, out: number, gain: number, at: (y: number, i: number) => number) {
  return Float32Array.from({ length: out * out }, (_, place) => {
    const [y, column] = [Math.floor(place / out), place % out]
    let sum = 0
    for (const [i, a] of taps.entries()) {
      for (const [j, b] of taps.entries()) {
        const [u, v] = [at(y, i), at(column, j)]
        if (u >= 0 && u < size && v >= 0 && v < size && Number.isInteger(u) && Number.isInteger(v)) {
          sum += ((a * b) / 64) * gain * x[u * size + v]!
        }
      }
    }
    return sum
  })
}

describe('filters', () => {
  const [size, x] = [6, random('plane', 36)]
  const run = (change: typeof firDownsample) => evaluate([change(input('x', [1, 1, size, size]))], { x })[0]!.data

  it('halve with (1, 3, 3, 1)/8, a row of zeros around', () => {
    expect(
      distance(
        run(firDownsample),
        filtered(x, size, 3, 1, (y, i) => 2 * y + i - 1),
      ),
    ).toBeLessThan(1e-6)
  })

  it('double by zeros between pixels and four times that filter', () => {
    expect(
      distance(
        run(firUpsample),
        filtered(x, size, 12, 4, (y, i) => (y + i - 2) / 2),
      ),
    ).toBeLessThan(1e-6)
  })
})

/** The network of diffusers' own tests of NCSN++. */
const ncsnpp: UNet2DConfig = {
  sample_size: 32,
  block_out_channels: [32, 64, 64, 64],
  layers_per_block: 1,
  time_embedding_type: 'fourier',
  norm_eps: 1e-6,
  mid_block_scale_factor: Math.SQRT2,
  norm_num_groups: null,
  down_block_types: ['SkipDownBlock2D', 'AttnSkipDownBlock2D', 'SkipDownBlock2D', 'SkipDownBlock2D'],
  up_block_types: ['SkipUpBlock2D', 'SkipUpBlock2D', 'AttnSkipUpBlock2D', 'SkipUpBlock2D'],
}

describe('NCSN++', () => {
  it('has the parameters of diffusers', () => {
    const shapes = new Map(parametersOf(unet2d(ncsnpp)).specs.map(({ name, shape }) => [name, shape]))
    expect(shapes.get('time_proj.weight')).toEqual([32])
    expect(shapes.get('down_blocks.0.resnet_down.conv_shortcut.weight')).toEqual([32, 32, 1, 1])
    expect(shapes.get('down_blocks.0.skip_conv.weight')).toEqual([32, 3, 1, 1])
    expect(shapes.get('down_blocks.1.attentions.0.group_norm.weight')).toEqual([64])
    expect(shapes.get('up_blocks.0.skip_conv.weight')).toEqual([3, 64, 3, 3])
    expect(shapes.get('up_blocks.2.skip_norm.bias')).toEqual([64])
    expect(shapes.get('up_blocks.2.attentions.0.to_q.weight')).toEqual([64, 64])
    expect(
      [...shapes.keys()].filter((name) => /^(down_blocks\.3|up_blocks\.3)\..*(skip|resnet_down|resnet_up)/.test(name)),
    ).toEqual([])
  })

  it('adds the image of all resolutions to the output: with all else zero, their sum, blurred on the way up', () => {
    const network = unet2d({ ...ncsnpp, sample_size: 8 })
    const layout = parametersOf(network)
    const flat = new Float32Array(layout.size)
    layout.view(flat, 'conv_out.bias').set([3, 3, 3])
    layout.view(flat, 'up_blocks.0.skip_conv.bias').set([1, 2, 4])
    const y = Array.from(runNetwork(network, flat, random('x', 192), [2]))
    const expected = [1, 2, 4].map((value) => {
      let image: Float32Array = new Float32Array(1).fill(value)
      for (let size = 1; size < 8; size *= 2) image = filtered(image, size, 2 * size, 4, (row, i) => (row + i - 2) / 2)
      return image.map((each) => (each + 3) / 2)
    })
    expect(
      distance(
        y,
        expected.flatMap((plane) => [...plane]),
      ),
    ).toBeLessThan(1e-5)
  })

  it('runs, and sees its input', () => {
    const network = unet2d({ ...ncsnpp, sample_size: 8 })
    const flat = initialize(parametersOf(network), key(1))
    const [a, b] = ['a', 'b'].map((name) => runNetwork(network, flat, random(name, 192), [1.5]))
    expect(a!.length).toBe(192)
    expect(Array.from(a!).every(Number.isFinite)).toBe(true)
    expect(distance(a!, b!)).toBeGreaterThan(1e-3)
  })

  it('refuses what its blocks are not made for', () => {
    expect(() => unet2d({ ...ncsnpp, in_channels: 1 })).toThrow('3, and 3 of out_channels, for skip blocks')
    expect(() => unet2d({ ...ncsnpp, up_block_types: ['UpBlock2D', 'UpBlock2D', 'UpBlock2D', 'UpBlock2D'] })).toThrow(
      'norm_num_groups is null',
    )
    const mixed = ['SkipUpBlock2D', 'UpBlock2D', 'SkipUpBlock2D', 'SkipUpBlock2D'] as const
    expect(() => unet2d({ ...ncsnpp, norm_num_groups: 8, up_block_types: mixed })).toThrow('or at none')
    expect(() => unet2d({ ...ncsnpp, block_out_channels: [32, 48, 64, 64] })).toThrow('multiples of 32')
  })
})
