/** What items cost, item by item: densities sum to one; company changes nothing; options that need other data are refused. */
import { describe, expect, test } from 'vitest'
import { openModel } from '../../src/app/open.ts'
import { fit } from '../../src/app/node/fit.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { FamilyModel } from '../../src/families/family.ts'

const tiny = { steps: 3, batch: 16, widths: [8], depth: 1 }
const painterOf = async (model: FamilyModel) => openModel(model, { engine: await nodeEngine() })

/** A grid of so many points each way over [-reach, reach]², in the data's values, and the area of a cell. */
function grid(side: number, reach: number): { readonly points: Float32Array; readonly cell: number } {
  const step = (2 * reach) / (side - 1)
  const points = Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const at = Math.floor(i / 2)
    return -reach + step * (i % 2 === 0 ? at % side : Math.floor(at / side))
  })
  return { points, cell: step * step }
}

const integral = (nats: Float64Array, cell: number): number =>
  nats.reduce((sum, cost) => sum + cell * Math.exp(-cost), 0)

describe.each([
  ['flow', { ...tiny, model: 'flow' }, 'exact', {}],
  ['values', tiny, 'flow', { trace: 'exact', tolerance: 1e-4 }],
] as const)('%s: of points', (_, options, kind, request) => {
  test('densities sum to one over the plane', async () => {
    const model = await fit('moons', { ...options, unconditional: true, items: 64 })
    using painter = await painterOf(model)
    const { points, cell } = grid(29, 3.5)
    const { count, dimensions, nats } = await painter.bound(points, { ...request, batch: 841 })
    expect([count, dimensions]).toEqual([29 * 29, 2])
    expect(integral(nats[kind]!, cell)).toBeCloseTo(1, 1)
  })
})

describe('of images', () => {
  test.each([
    ['values', { ...tiny, widths: [8, 8] }, ['bound']],
    ['vae', { steps: 12, batch: 16, widths: [8], model: 'vae', latent: 2 }, ['bound', 'importance']],
  ] as const)('%s: an item costs the same alone and in company', async (_, options, kinds) => {
    const model = await fit('glyphs', { ...options, items: 40, unconditional: true })
    using painter = await painterOf(model)
    const size = 28 * 28
    const blank = new Float32Array(size).fill(-1)
    const noise = Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 17) / 8 - 1)
    const both = Float32Array.of(...blank, ...noise)
    const alone = await painter.bound(blank)
    const { nats, bitsPerDim } = await painter.bound(both)
    expect(Object.keys(nats)).toEqual(kinds)
    const first = kinds[0]
    expect(nats[first]![0]).toBeCloseTo(alone.nats[first]![0]!, 3)
    // a bound with more draws is tighter; a network that knows glyphs a little takes noise for less likely than paper
    if (nats.importance) expect(nats.importance[1]).toBeLessThan(nats.bound![1]!)
    else expect(nats[first]![1]).toBeGreaterThan(nats[first]![0]!)
    expect(bitsPerDim[first]![1]).toBeCloseTo(nats[first]![1]! / size / Math.LN2, 6)
  })
})

test('a class is needed where the model knows no other, and options without use are refused', async () => {
  const model = await fit('moons', { ...tiny, labelDropout: 0, items: 64 })
  using painter = await painterOf(model)
  const point = Float32Array.of(0, 0)
  expect((await painter.bound(point, { class: 'upper', terms: 5 })).count).toBe(1)
  await expect(painter.bound(point, { class: 'middle' })).rejects.toMatchObject({ code: 'usage' })
  await expect(painter.bound(point, { boundDecoder: 'fitted' })).rejects.toMatchObject({ code: 'usage' })
  await expect(painter.bound(Float32Array.of(0, 0, 0))).rejects.toMatchObject({ code: 'shape' })
})
