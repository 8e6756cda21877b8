/** Videos from data to files: trained, drawn, gone on with, and opened again. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fit, open, writeDrawn } from '../../src/index.ts'
import type { WarmModel } from '../../src/app/warm-model.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { key } from '../../src/engine/random/index.ts'
import { copyFrames, givenCondition, givenFrames } from '../../src/families/values/frames/given.ts'
import type { Model } from '../../src/families/values/model.ts'
import { drawGiven } from '../../src/families/values/frames/learned-given.ts'
import { frameOf } from '../../src/files/data/frame.ts'
import { createDataset } from '../../src/files/data/dataset.ts'
import { loadBatch } from '../../src/files/data/normalise.ts'

/** Bars that move to the right, `[1, 4, 8, 8]`. */
const bars = createDataset({
  name: 'bars',
  kind: 'video',
  shape: [1, 4, 8, 8],
  frameRate: 5,
  data: Uint8Array.from({ length: 16 * 256 }, (_, i) => {
    const [x, t, item] = [i % 8, Math.floor(i / 64) % 4, Math.floor(i / 256)]
    return x === (item + t) % 8 ? 255 : 0
  }),
  labels: Int32Array.from({ length: 16 }, (_, i) => i % 2),
})

let painter: WarmModel
let plain: WarmModel
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tweedie-videos-'))
  const engine = await nodeEngine()
  const how = { engine, steps: 2, batch: 4, widths: [8, 16], seed: 1 }
  painter = await open(await fit(bars, { ...how, givenFrames: true }))
  plain = await open(await fit(bars, how))
})
afterAll(async () => {
  painter?.dispose()
  plain?.dispose()
  await rm(folder, { recursive: true, force: true })
})

describe('a model of videos', () => {
  it('draws videos that move, as animations, sheets, folders of frames and arrays', async () => {
    const drawn = await painter.draw({ count: 2, steps: 2, class: '0,1' })
    expect(drawn.shape).toEqual([2, 1, 4, 8, 8])
    for (const name of ['a.gif', 'a.webp', 'a.png', 'a.apng', 'a.npy', 'frames']) {
      await writeDrawn(join(folder, name), drawn, { scale: 2 })
    }
    const { pages, delay, width } = await sharp(join(folder, 'a.gif')).metadata()
    expect([pages, delay![0], width]).toEqual([4, 200, (2 * 8 + 3 * 2) * 2])
    expect(await readdir(join(folder, 'frames'))).toEqual(['00000-0', '00001-1'])
    expect(await readdir(join(folder, 'frames', '00000-0'))).toHaveLength(4)
    // a row of four frames for each of two videos
    expect((await sharp(join(folder, 'a.png')).metadata()).width).toBe((4 * 8 + 5 * 2) * 2)
    expect(drawn.movie!().rate).toBe(5)
  })

  it('draws longer ones, block after block, that begin with what shorter ones are', async () => {
    const short = (await painter.draw({ count: 2, steps: 2 })).array().data as Float32Array
    const drawn = await painter.draw({ count: 2, steps: 2, length: 7 })
    expect(drawn.shape).toEqual([2, 1, 7, 8, 8])
    const long = drawn.array().data as Float32Array
    expect([...long.subarray(7 * 64, 7 * 64 + 256)]).toEqual([...short.subarray(256, 512)])
    await expect(painter.draw({ count: 1, steps: 2, overlap: 2 })).rejects.toThrow(/longer than in training/)
    await expect(painter.draw({ count: 1, steps: 2, length: 7, overlap: 4 })).rejects.toThrow(/from 1 to 3/)
  })

  it('draws longer ones whole where it did not learn to go on, the same in any batch', async () => {
    const drawn = await plain.draw({ count: 2, steps: 2, length: 7 })
    expect([drawn.shape, drawn.how['overlap']]).toEqual([[2, 1, 7, 8, 8], undefined])
    const [all] = [drawn.array().data as Float32Array]
    const alone = (await plain.draw({ count: 1, steps: 2, length: 7, batch: 1 })).array().data as Float32Array
    alone.forEach((value, i) => expect(value).toBeCloseTo(all[i]!, 4))
    // windows that share three frames are other windows
    const closer = await plain.draw({ count: 2, steps: 2, length: 7, overlap: 3 })
    expect(closer.array().data).not.toEqual(all)
    const video = loadBatch(bars, [3], new Float32Array(256))
    const asked = { given: '0,6', count: 1, steps: 2, length: 7, method: 'repaint', resample: 1 }
    const between = (await plain.restore(video.slice(0, 128), asked)).array().data as Float32Array
    expect([...between.subarray(0, 64)]).toEqual([...video.subarray(0, 64)])
    expect([...between.subarray(6 * 64)]).toEqual([...video.subarray(64, 128)])
  })

  it('tells longer ones what it estimated of them, as it does shorter ones', async () => {
    const model = plain.model as Model
    const objective = { ...model.meta.objective, selfConditioning: undefined }
    const untold = await open({ ...model, meta: { ...model.meta, objective } } as Model)
    for (const length of [undefined, 7]) {
      const draw = async (from: WarmModel) => (await from.draw({ count: 2, steps: 3, length })).array().data
      expect(await draw(plain)).not.toEqual(await draw(untold))
    }
    untold.dispose()
  })

  it.each([
    ['is told given frames', () => painter, {}],
    ['takes them for a measurement', () => plain, { method: 'repaint', resample: 1 }],
  ] as const)('%s, and gives them back', async (_, model, options) => {
    const video = loadBatch(bars, [3], new Float32Array(256))
    const drawn = await model().restore(video, { given: 'first,last', count: 2, steps: 2, ...options })
    const values = drawn.array().data as Float32Array
    for (const at of [0, 256]) {
      expect([...values.subarray(at, at + 64)]).toEqual([...video.subarray(0, 64)])
      expect([...values.subarray(at + 192, at + 256)]).toEqual([...video.subarray(192)])
      expect([...values.subarray(at + 64, at + 128)]).not.toEqual([...video.subarray(64, 128)])
    }
  })

  it('goes on from fewer frames, for longer', async () => {
    const two = loadBatch(bars, [3], new Float32Array(256)).subarray(0, 128)
    const drawn = await painter.restore(Float32Array.from(two), { count: 1, steps: 2, length: 6 })
    expect(drawn.shape).toEqual([1, 1, 6, 8, 8])
    expect([...(drawn.array().data as Float32Array).subarray(0, 128)]).toEqual([...two])
  })

  it('refuses what it cannot do', async () => {
    const video = loadBatch(bars, [3], new Float32Array(256))
    await expect(painter.restore(video, { task: 'deblur', kernel: 'box:3' })).rejects.toThrow(
      /of videos, frames are given/,
    )
    await expect(painter.restore(video, { given: '0-3' })).rejects.toThrow(/nothing is left to be made/)
    await expect(painter.restore(video, { given: '2-9' })).rejects.toThrow(/frames are 0 … 3/)
    await expect(painter.restore(video.subarray(0, 64), { given: '1,2' })).rejects.toThrow(/frame 2 is given/)
  })
})

describe('given frames', () => {
  it('are named by numbers and by words', () => {
    expect(givenFrames('0-3', 8)).toEqual([0, 1, 2, 3])
    expect(givenFrames('last, first', 8)).toEqual([0, 7])
    expect(givenFrames('5-last,2', 8)).toEqual([2, 5, 6, 7])
    for (const wrong of ['', 'middle', '3-1', '8', '-1'])
      expect(() => givenFrames(wrong, 8)).toThrow(/frames are 0 … 7/)
  })

  it('are drawn at random: nothing, the first, the ends, any; never all', () => {
    const sets = Array.from({ length: 400 }, (_, i) => [...drawGiven(key(i), 6, 0.25)].toSorted((a, b) => a - b))
    expect(sets.every((set) => set.length < 6 && set.every((t) => t >= 0 && t < 6))).toBe(true)
    const share = (test: (set: readonly number[]) => boolean): number => sets.filter(test).length / 400
    expect(share((set) => set.length === 0)).toBeGreaterThan(0.18)
    expect(share((set) => set.length === 0)).toBeLessThan(0.32)
    expect(share((set) => set.length > 0 && set.every((t, i) => t === i))).toBeGreaterThan(0.2)
    expect(share((set) => set.includes(0) && set.includes(5))).toBeGreaterThan(0.2)
  })

  it('are told with a channel that says which they are', () => {
    const frame = frameOf([1, 2, 1, 2])
    const told = givenCondition(frame, Float32Array.of(1, 2, 3, 4), [1])
    expect([...told]).toEqual([0, 0, 3, 4, 0, 0, 1, 1])
  })

  it('are copied between videos of other lengths', () => {
    const data = new Float32Array(6)
    copyFrames({ data: [1, 2, 3, 4], shape: [2, 2, 1, 1], frames: [1] }, { data, shape: [2, 3, 1, 1], frames: [2] })
    expect([...data]).toEqual([0, 0, 2, 0, 0, 4])
  })
})
