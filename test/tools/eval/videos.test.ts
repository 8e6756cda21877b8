import { describe, expect, it } from 'vitest'
import { builtinDataset } from '../../../src/files/data/index.ts'
import { createDataset } from '../../../src/files/data/dataset.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { evaluateSamples } from '../../../src/tools/eval/evaluate-samples.ts'
import { formatReport } from '../../../src/tools/eval/format-report.ts'
import { centresOf, steadyShare } from '../../../src/tools/eval/steady-motion.ts'
import { framesAsImages } from '../../../src/tools/eval/video-frames.ts'

/** A dot at a place of each frame, `[1, T, 9, 9]`. */
const dots = (...videos: readonly (readonly (readonly [number, number])[])[]) => {
  const frames = videos[0]!.length
  const data = new Uint8Array(videos.length * frames * 81)
  videos.forEach((places, i) => places.forEach(([x, y], t) => (data[(i * frames + t) * 81 + 9 * y + x] = 255)))
  return createDataset({
    name: 'dots',
    kind: 'video',
    shape: [1, frames, 9, 9],
    data,
    labels: Int32Array.from(videos, (_, i) => i),
  })
}

const steady = [0, 2, 4, 6].map((x) => [x, 1] as const)
const reflected = [5, 7, 7, 5].map((x) => [x, 1] as const)
const jumping = [0, 5, 1, 8].map((x) => [x, 1] as const)

describe('motion', () => {
  it('is steady with constant velocity and reflections, and not where things jump', () => {
    expect(centresOf(dots(steady).data, [1, 4, 9, 9])[2]).toEqual([4, 1])
    expect(steadyShare(dots(steady))).toBe(1)
    expect(steadyShare(dots(reflected))).toBe(1)
    expect(steadyShare(dots(jumping))).toBeLessThan(0.6)
    expect(steadyShare(builtinDataset('moving-digits', { length: 10 }))).toBeGreaterThan(0.95)
  })

  it('has frames that are images with the class of their video', () => {
    const frames = framesAsImages(dots(steady, jumping), [0, 3])
    expect(frames.shape).toEqual([1, 9, 9])
    expect([...frames.labels!]).toEqual([0, 0, 1, 1])
    expect(frames.data[3 * 81 + 9 + 8]).toBe(255)
  })
})

it('videos are judged by frames and their changes: real ones near, frames out of order far', async () => {
  const set = builtinDataset('moving-digits', { length: 80, frames: 4 })
  const unlabelled = { ...set, labels: undefined, classNames: undefined }
  const engine = await nodeEngine()
  const other = builtinDataset('moving-digits', { length: 40, frames: 4, seed: 'others' })
  const samples = { ...other, labels: undefined, classNames: undefined }
  const still = createDataset({
    ...samples,
    data: samples.data.map((_, i) => samples.data[Math.floor(i / 4096) * 4096 + (i % 1024)]!),
  })
  const [real, frozen] = [
    await evaluateSamples(samples, unlabelled, engine),
    await evaluateSamples(still, unlabelled, engine),
  ]
  const distance = (report: typeof real): number =>
    (report.comparisons[0] as { readonly frechet: { readonly distance: number } }).frechet.distance
  expect(distance(frozen)).toBeGreaterThan(2 * distance(real))
  expect(formatReport(real)).toMatch(/random convolutions of frames and of their changes/)
})
