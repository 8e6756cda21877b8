/** Pipelines of all kinds, small and of random weights, at work. */
import { beforeAll, describe, expect, it } from 'vitest'
import { openModel } from '../../../src/app/open.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import type { LatentModel } from '../../../src/families/latent/model.ts'
import { sized } from '../../../src/families/latent/sized.ts'
import { decodeModelFolder } from '../../../src/files/io/model-folder.ts'
import { type Kind, tinyPipeline } from './tiny.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const read = (kind: Kind) => decodeModelFolder(tinyPipeline(kind))
const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)

describe('drawing', () => {
  it.each<Kind>(['sd', 'xl', 'refiner', 'lcm'])('%s, in batches and alone', async (kind) => {
    using model = await openModel(read(kind), { engine })
    const request = { count: 3, steps: 2, prompt: ['a cat', 'a dog'], negative: 'blurry', seed: 1 }
    const [all, some] = [await model.draw(request), await model.draw({ ...request, batch: 1 })]
    expect(all.shape).toEqual([3, 3, 16, 16])
    expect(largest(all.array().data as Float32Array, some.array().data as Float32Array)).toBeLessThan(1e-4)
    const other = await model.draw({ ...request, prompt: ['another'] })
    expect(largest(all.array().data as Float32Array, other.array().data as Float32Array)).toBeGreaterThan(1e-4)
  })

  it('fills in what a mask hides, by a network made for it', async () => {
    using model = await openModel(read('inpaint'), { engine })
    const picture = new Float32Array(3 * 256).fill(0.2)
    const mask = Float32Array.from({ length: 256 }, (_, i) => (i % 16 < 8 ? -1 : 1))
    const access = { picture: async () => mask } as never
    const request = { task: 'inpaint', mask: 'mask.png', prompt: ['a cat'], count: 2, steps: 2, access }
    const drawn = await model.restore(picture, request)
    expect(drawn.shape).toEqual([2, 3, 16, 16])
    await expect(model.restore(picture, { task: 'denoise', sigma: 0.1, access })).rejects.toThrow('trained to fill in')
    await expect(model.restore(picture, { ...request, method: 'dps' })).rejects.toThrow('`method` means nothing here')
    await expect(model.draw({ count: 1 })).rejects.toThrow('fills in')
  })

  it('other sizes: the same network, and a picture of that size', async () => {
    using model = await openModel(read('sd'), { engine })
    const drawn = await model.draw({ count: 1, steps: 1, prompt: 'a cat', size: [20, 36] })
    expect(drawn.shape).toEqual([1, 3, 20, 36])
    await expect(model.draw({ count: 1, size: [21, 36] })).rejects.toThrow('multiples of 2 pixels')
    const plain = model.model as LatentModel
    expect(sized(plain, [16, 16])).toBe(plain)
    expect(sized(plain, [32, 16])).toBe(sized(plain, [32, 16]))
  })

  it('decodes in tiles: a tile as large as the code is the whole', async () => {
    using model = await openModel(read('sd'), { engine })
    const request = { count: 1, steps: 1, prompt: 'a cat', size: [32, 32] }
    const whole = (await model.draw(request)).array().data as Float32Array
    const one = (await model.draw({ ...request, decodeTile: 16 })).array().data as Float32Array
    const tiles = (await model.draw({ ...request, decodeTile: 8 })).array().data as Float32Array
    expect(largest(whole, one)).toBeLessThan(1e-5)
    expect(tiles.length).toBe(whole.length)
    expect(largest(whole, tiles)).toBeGreaterThan(1e-5)
  })

  it('edits and restores what prompts say', async () => {
    using model = await openModel(read('sd'), { engine })
    const picture = new Float32Array(3 * 256).fill(0.2)
    const edited = await model.edit(picture, { prompt: ['a cat'], strength: 0.5, steps: 2, count: 1 })
    const other = await model.edit(picture, { prompt: ['a dog'], strength: 0.5, steps: 2, count: 1 })
    expect(largest(edited.array().data as Float32Array, other.array().data as Float32Array)).toBeGreaterThan(1e-5)
    const task = { task: 'super-resolution', factor: 4, simulate: true, method: 'dps', steps: 2, count: 1 }
    const plain = await model.restore(picture, { ...task, prompt: ['a cat'] })
    const guided = await model.restore(picture, { ...task, prompt: ['a cat'], guidance: 3 })
    expect(largest(plain.array().data as Float32Array, guided.array().data as Float32Array)).toBeGreaterThan(1e-5)
  })

  it('cuts a prompt that is too long, and says what', async () => {
    const remarks: string[] = []
    using model = await openModel(read('sd'), { engine, onRemark: (text) => remarks.push(text) })
    await model.draw({ count: 1, steps: 1, prompt: 'a very long prompt' })
    expect(remarks).toEqual([expect.stringContaining('is cut')])
  })
})
