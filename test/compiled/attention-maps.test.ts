/** Where a network looks: maps of its attention to a context. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attentionMaps, attentionOfItems } from '../../src/compiled/attention-maps.ts'
import type { DenoisingModel } from '../../src/compiled/denoiser.ts'
import { enlarged } from '../../src/compiled/enlarge.ts'
import { tableSchedule } from '../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../src/diffusion/noise/table.ts'
import { dit, type Network, unet2d, unet2dCondition } from '../../src/engine/nn/index.ts'
import { key } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { distance, random } from '../engine/nn/run.ts'
import { untrained } from './untrained.ts'

const schedule = tableSchedule(namedTable('linear'))
const modelOf = (network: Network): DenoisingModel => untrained(network, schedule)

const [places, size, side] = [3, 4, 8]
const image = { sample_size: side, in_channels: 1, out_channels: 1 }
const networks: Record<string, Network> = {
  UNet2DConditionModel: unet2dCondition({
    ...image,
    block_out_channels: [4, 8],
    down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
    up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
    layers_per_block: 1,
    norm_num_groups: 2,
    attention_head_dim: 2,
    cross_attention_dim: size,
    context_length: places,
    context_nothing: true,
  }),
  DiT: dit({
    ...image,
    hidden_size: 8,
    num_layers: 2,
    num_attention_heads: 2,
    conditions: { context: { kind: 'sequence', length: places, size, nothing: true } },
  }),
}

/** Contexts of two items with these flags, their vectors in this order. */
const contextOf = (flags: readonly number[], order = [0, 1, 2, 3, 4, 5]) => {
  const vectors = random('words', 2 * places * size)
  return Float32Array.from(
    flags.flatMap((flag, i) => [...vectors.subarray(order[i]! * size, (order[i]! + 1) * size), flag]),
  )
}
const noisy = random('noisy', 2 * side * side)
const [area, item] = [side * side, places * side * side]

describe.each(Object.entries(networks))('maps of a %s', (_, network) => {
  it('sum to one at every pixel over the words that are there, and are zero at others', async () => {
    using watched = await attentionMaps(modelOf(network), await nodeEngine(), { batch: 2, threads: 1 })
    expect(watched.shape).toEqual([places, side, side])
    const maps = await watched.maps(noisy, 0.5, { conditions: { context: contextOf([1, 1, 1, 1, 0, 1]) } })
    expect(maps).toHaveLength(2 * item)
    for (let n = 0; n < 2; n++) {
      for (let pixel = 0; pixel < area; pixel++) {
        const weights = [0, 1, 2].map((place) => maps[n * item + place * area + pixel]!)
        expect(weights[0]! + weights[1]! + weights[2]!).toBeCloseTo(1, 5)
        if (n === 1) expect(weights[1]).toBe(0)
      }
    }
    // and the layers look at more than one word, not everywhere alike
    expect(new Set(maps.subarray(0, area)).size).toBeGreaterThan(4)
    const nothing = await watched.maps(noisy, 0.5)
    expect(nothing.every((weight) => weight === 0)).toBe(true)
  })

  it('change places with the words', async () => {
    using watched = await attentionMaps(modelOf(network), await nodeEngine(), { batch: 2, threads: 1 })
    const all = [1, 1, 1, 1, 1, 1]
    const maps = await watched.maps(noisy, 0.5, { conditions: { context: contextOf(all) } })
    const turned = await watched.maps(noisy, 0.5, { conditions: { context: contextOf(all, [2, 0, 1, 3, 4, 5]) } })
    const place = (array: Float32Array, i: number) => array.subarray(i * area, (i + 1) * area)
    expect(distance(place(turned, 0), place(maps, 2))).toBeLessThan(1e-5)
    expect(distance(place(turned, 1), place(maps, 0))).toBeLessThan(1e-5)
    expect(distance(place(maps, 0), place(maps, 1))).toBeGreaterThan(1e-3)
  })

  it('of finished items are means over times', async () => {
    using watched = await attentionMaps(modelOf(network), await nodeEngine(), { batch: 2, threads: 1 })
    const conditions = { context: contextOf([1, 1, 1, 1, 0, 1]) }
    const at = (times: readonly number[]) =>
      attentionOfItems(watched, schedule, noisy, { key: key(1), conditions, times })
    const [first, both] = [await at([0.3]), await at([0.3, 0.7])]
    expect(both).toHaveLength(first.length)
    expect(distance(first, both)).toBeGreaterThan(1e-5)
    expect(both[0]! + both[area]! + both[2 * area]!).toBeCloseTo(1, 5)
    await expect(at([])).rejects.toThrow('`times` is empty')
  })
})

describe('maps are refused', () => {
  it('of a network that reads nothing, for too many items, and without what it reads', async () => {
    const engine = await nodeEngine()
    const deaf = unet2d({
      ...image,
      block_out_channels: [4],
      down_block_types: ['DownBlock2D'],
      up_block_types: ['UpBlock2D'],
      norm_num_groups: 2,
      attention_head_dim: null,
    })
    await expect(attentionMaps(modelOf(deaf), engine, { batch: 1 })).rejects.toThrow('has no condition context')
    using watched = await attentionMaps(modelOf(networks['DiT']!), engine, { batch: 1, threads: 1 })
    await expect(watched.maps(noisy, 0.5)).rejects.toThrow('128 numbers for maps of up to 1 items of 64')
    watched.dispose()
    await expect(watched.maps(noisy, 0.5)).rejects.toThrow('disposed of')
  })
})

describe('enlarging', () => {
  it('is bilinear between centres, as in PyTorch', () => {
    // torch.nn.functional.interpolate(torch.tensor([[[[0., 4.], [8., 12.]]]]), (4, 2), mode='bilinear')
    expect([...enlarged(Float32Array.of(0, 4, 8, 12), [2, 2], [4, 2])]).toEqual([0, 4, 2, 6, 6, 10, 8, 12])
  })

  it('keeps constants, bounds and sums of planes', () => {
    const sizes = fc.integer({ min: 1, max: 5 })
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }), (h, w, high, wide) => {
        const first = random('plane', h * w).map((value) => 1 / (1 + Math.exp(value)))
        const both = enlarged(
          Float32Array.from([...first, ...first.map((value) => 1 - value)]),
          [h, w],
          [h + high, w + wide],
        )
        const half = both.length / 2
        for (let i = 0; i < half; i++) {
          expect(both[i]! + both[half + i]!).toBeCloseTo(1, 6)
          expect(both[i]).toBeGreaterThanOrEqual(Math.min(...first) - 1e-6)
          expect(both[i]).toBeLessThanOrEqual(Math.max(...first) + 1e-6)
        }
      }),
    )
  })
})
