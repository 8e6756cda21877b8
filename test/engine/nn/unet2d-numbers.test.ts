/** A U-Net that is told numbers in the place of a class: `class_embed_type` timestep and identity, by what is known of the class table. */
import { describe, expect, it } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { parametersOf, Scope, unet2d } from '../../../src/engine/nn/index.ts'
import type { Network, UNet2DConfig } from '../../../src/engine/nn/index.ts'
import { distance, parameterFeeds, random, shaken } from './run.ts'

const tiny: UNet2DConfig = {
  sample_size: 4,
  in_channels: 1,
  out_channels: 1,
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  add_attention: false,
}
const x = random('x', 32)

function run(network: Network, flat: Float32Array, t: readonly number[], labels: Float32Array, size: number) {
  const y = network.build(new Scope(), {
    x: input('x', [2, ...network.inputShape]),
    t: input('t', [2]),
    conditions: { labels: size === 0 ? input('labels', [2], 'int32') : input('labels', [2, size]) },
  })
  return evaluate([y], { ...parameterFeeds(parametersOf(network), flat), x, t, labels })[0]!.data
}

describe('identity', () => {
  const network = unet2d({ ...tiny, class_embed_type: 'identity' })
  const table = unet2d({ ...tiny, num_class_embeds: 3 })

  it('has no parameters of its own, and is told a vector as wide as the embedding', () => {
    const names = parametersOf(network).specs.map(({ name }) => name)
    expect(names).toEqual(parametersOf(unet2d(tiny)).specs.map(({ name }) => name))
    expect(network.conditions).toEqual({ labels: { kind: 'vector', size: 16 } })
  })

  it('told a row of the table, gives what the table gives', () => {
    const flat = shaken(table)
    const layout = parametersOf(table)
    const rows = layout.view(flat, 'class_embedding.weight')
    const named = new Map([...layout.toMap(flat)].filter(([name]) => name !== 'class_embedding.weight'))
    const own = parametersOf(network).fromMap(named)
    const told = Float32Array.from([...rows.subarray(32, 48), ...rows.subarray(0, 16)])
    const expected = run(table, flat, [3, 7], Float32Array.from([2, 0]), 0)
    expect(distance(run(network, own, [3, 7], told, 16), expected)).toBeLessThan(1e-6)
  })
})

describe.each(['positional', 'fourier'] as const)('timestep, with a %s embedding of time', (time_embedding_type) => {
  const network = unet2d({ ...tiny, class_embed_type: 'timestep', time_embedding_type })

  it('has the layers of the time once more', () => {
    const shapes = new Map(parametersOf(network).specs.map(({ name, shape }) => [name, shape]))
    for (const name of ['linear_1.weight', 'linear_1.bias', 'linear_2.weight', 'linear_2.bias']) {
      expect(shapes.get(`class_embedding.${name}`)).toEqual(shapes.get(`time_embedding.${name}`))
    }
    expect(network.conditions).toEqual({ labels: { kind: 'vector', size: 1 } })
  })

  it('with the same layers, time and number change places', () => {
    const flat = shaken(network)
    const layout = parametersOf(network)
    for (const name of ['linear_1.weight', 'linear_1.bias', 'linear_2.weight', 'linear_2.bias']) {
      layout.view(flat, `class_embedding.${name}`).set(layout.view(flat, `time_embedding.${name}`))
    }
    const y = run(network, flat, [3, 7.5], Float32Array.from([40, 0.5]), 1)
    const swapped = run(network, flat, [40, 0.5], Float32Array.from([3, 7.5]), 1)
    // an output of the fourier embedding is divided by the time
    const scale = time_embedding_type === 'fourier' ? [40 / 3, 0.5 / 7.5] : [1, 1]
    expect(
      distance(
        y,
        Array.from(swapped, (value, i) => value * scale[i < 16 ? 0 : 1]!),
      ),
    ).toBeLessThan(1e-4)
  })
})

it('numbers must be given, and are of the right shape', () => {
  const network = unet2d({ ...tiny, class_embed_type: 'timestep' })
  const inputs = { x: input('x', [1, 1, 4, 4]), t: input('t', [1]) }
  expect(() => network.build(new Scope(), inputs)).toThrow('this UNet2DModel needs labels')
  expect(() => network.build(new Scope(), { ...inputs, conditions: { labels: input('labels', [1]) } })).toThrow(
    'labels',
  )
  expect(() => unet2d({ ...tiny, class_embed_type: 'projection' as never })).toThrow('class_embed_type is "projection"')
})
