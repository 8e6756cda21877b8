import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { datasetFromArray, writeNpy } from '../../../src/files/data/index.ts'
import { readVideo } from '../../../src/files/data/node/read-video.ts'
import { openSource, sourceOf } from '../../../src/files/data/node/index.ts'
import { windowsOf } from '../../../src/files/data/open/video-windows.ts'
import type { ArrayDataset } from '../../../src/files/data/dataset.ts'
import { writeAnimation, writeImage } from '../../../src/files/io/node/images.ts'
import { blank } from '../../../src/files/io/raster.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tweedie-videos-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Frame t has the grey 10 t + from. */
const frames = (count: number, from = 0, side = 4) =>
  Array.from({ length: count }, (_, t) => {
    const grey = from + 10 * t
    return blank(side, side, [grey, grey, grey])
  })

/** The first number of each frame of an item. */
const greys = ({ data, shape }: ArrayDataset, item: number): number[] => {
  const [channels, count, height, width] = shape as [number, number, number, number]
  return Array.from({ length: count }, (_, t) => data[(item * channels * count + t) * height * width]!)
}

async function open(path: string, options: Record<string, unknown>) {
  const { train, report } = await openSource(await sourceOf(path, options))
  return { data: train as ArrayDataset, report }
}

describe('folders of videos', () => {
  it('are GIF and WebP in folders of classes, cut into items, too short ones listed', async () => {
    const root = join(folder, 'clips')
    await Promise.all(['cats', 'dogs'].map((name) => mkdir(join(root, name), { recursive: true })))
    await writeAnimation(join(root, 'cats', 'a.gif'), frames(6), { delay: 50, hold: 50 })
    await writeAnimation(join(root, 'dogs', 'b.webp'), frames(9, 100), { delay: 50, hold: 50 })
    await writeAnimation(join(root, 'dogs', 'c.gif'), frames(3), { delay: 50, hold: 50 })
    const { data, report } = await open(root, { frames: 4, stride: 2 })
    expect(data.kind).toBe('video')
    expect(data.shape).toEqual([1, 4, 4, 4])
    expect(data.classNames).toEqual(['cats', 'dogs'])
    expect([...data.labels!]).toEqual([0, 0, 1, 1, 1])
    expect(greys(data, 1)).toEqual([20, 30, 40, 50])
    expect(greys(data, 4)).toEqual([140, 150, 160, 170])
    expect(data.frameRate).toBeCloseTo(20)
    expect(report.join('\n')).toMatch(/skipped dogs\/c\.gif: 3 frames, and an item has 4/)
    const sparse = await open(root, { frames: 3, frameStride: 3 })
    expect(greys(sparse.data, 0)).toEqual([100, 130, 160])
    expect(sparse.data.frameRate).toBeCloseTo(20 / 3)
  })

  it('are folders of frames in natural order; other sizes within one are refused', async () => {
    const root = join(folder, 'stills')
    await mkdir(join(root, 'one'), { recursive: true })
    await mkdir(join(root, 'two'))
    for (const [t, frame] of frames(11).entries()) await writeImage(join(root, 'one', `frame_${t}.png`), frame)
    await writeImage(join(root, 'two', 'a.png'), blank(4, 4))
    await writeImage(join(root, 'two', 'b.png'), blank(5, 5))
    const { data, report } = await open(root, { frames: 11, unconditional: true })
    expect(greys(data, 0)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    expect(data.length).toBe(1)
    expect(data.frameRate).toBeUndefined()
    expect(report.join('\n')).toMatch(/skipped two: frames of different sizes: two\/b\.png is 5 × 5, the first 4 × 4/)
  })

  it('refuse what makes no sense of videos, and say what is missing', async () => {
    const path = join(folder, 'alone.gif')
    await writeAnimation(path, frames(5), { delay: 100, hold: 300 })
    const { data, report } = await open(path, {})
    expect(data.shape).toEqual([1, 5, 4, 4])
    expect(report.join('\n')).toMatch(/items of 5 frames: `frames` sets how many/)
    await expect(open(path, { frames: 4, crop: 2 })).rejects.toThrow(/`crop` is for images, not for videos/)
    await expect(open(path, { frames: 9 })).rejects.toThrow(/5 frames, and an item has 9/)
    await expect(open(path, { frames: 4, frameStride: 0.5 })).rejects.toThrow(/`frameStride: 0.5`/)
    await expect(open('moons', { frames: 4 })).rejects.toThrow(/`frames` is for videos/)
    await writeFile(join(folder, 'table.csv'), '1,2\n3,4\n')
    await expect(open(join(folder, 'table.csv'), { frames: 4 })).rejects.toThrow(/frames/)
    const before = process.env['PATH']
    try {
      process.env['PATH'] = folder
      await writeFile(join(folder, 'a.mp4'), 'no video')
      await expect(open(join(folder, 'a.mp4'), {})).rejects.toThrow(/ffmpeg, and there is none on the PATH/)
    } finally {
      process.env['PATH'] = before
    }
  })

  it('are read one by one as the frames of an item', async () => {
    const path = join(folder, 'start.gif')
    await writeAnimation(path, frames(3, 0, 8), { delay: 100, hold: 100 })
    const video = await readVideo(path, { shape: [1, 4, 4], range: [0, 255] })
    expect(video.length).toBe(3 * 16)
    expect(Math.abs(video[16]! - (10 / 127.5 - 1))).toBeLessThan(0.02)
    const array = join(folder, 'start.npy')
    await writeFile(
      array,
      writeNpy({ shape: [1, 1, 2, 4, 4], data: Float32Array.from({ length: 32 }, (_, i) => i / 32) }),
    )
    expect((await readVideo(array, { shape: [1, 4, 4], range: [0, 255] }))[31]).toBeCloseTo(31 / 32)
    await expect(readVideo(array, { shape: [3, 4, 4], range: [0, 255] })).rejects.toThrow(
      /expected \[3, frames, 4, 4\]/,
    )
  })
})

describe('arrays of videos', () => {
  const array = (shape: number[]) => ({
    shape,
    data: Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i % 251),
  })

  it('have items, frames and channels in several orders', () => {
    const options = { name: 'v', as: 'videos' } as const
    expect(datasetFromArray(array([2, 5, 6, 7]), options).shape).toEqual([1, 5, 6, 7])
    for (const [shape, from] of [
      [[2, 5, 6, 7, 3], (c: number, t: number, y: number, x: number) => ((t * 6 + y) * 7 + x) * 3 + c],
      [[2, 5, 3, 6, 7], (c: number, t: number, y: number, x: number) => ((t * 3 + c) * 6 + y) * 7 + x],
      [[2, 3, 5, 6, 7], (c: number, t: number, y: number, x: number) => ((c * 5 + t) * 6 + y) * 7 + x],
    ] as const) {
      const { shape: item, data, kind } = datasetFromArray(array([...shape]), { name: 'v' })
      expect([kind, ...item]).toEqual(['video', 3, 5, 6, 7])
      for (const [c, t, y, x] of [
        [0, 0, 0, 0],
        [2, 4, 5, 6],
        [1, 3, 2, 4],
      ] as const) {
        expect(data[((c * 5 + t) * 6 + y) * 7 + x]).toBe(from(c, t, y, x) % 251)
      }
    }
  })

  it("are Moving MNIST's, frames first, which is said", () => {
    const { shape, length, data, remarks } = datasetFromArray(array([3, 12, 4, 4]), { name: 'v', frames: 3 })
    expect([length, ...shape]).toEqual([12, 1, 3, 4, 4])
    expect(data[16]).toBe((12 * 16) % 251)
    expect(remarks!.join()).toMatch(/3 frames of 12 videos/)
  })

  it('are cut, with their labels, and refused where that cannot be', () => {
    const labels = { shape: [2], data: Int32Array.of(0, 1) }
    const cut = datasetFromArray(array([2, 7, 6, 6]), { name: 'v', frames: 3, labels })
    expect([...cut.labels!]).toEqual([0, 0, 1, 1])
    expect(() => datasetFromArray(array([2, 7, 6, 6]), { name: 'v', frames: 8 })).toThrow(/shorter than an item/)
    expect(() => datasetFromArray(array([2, 7, 6, 6, 6]), { name: 'v', as: 'videos' })).toThrow(/not taken for videos/)
    expect(windowsOf(10, { frames: 4, stride: 3 })).toEqual([
      [0, 1, 2, 3],
      [3, 4, 5, 6],
      [6, 7, 8, 9],
    ])
    expect(windowsOf(3, { frames: 4 })).toEqual([])
  })
})
