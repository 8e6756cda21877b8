import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeTiled } from '../../src/compiled/tiles.ts'
import { random } from '../engine/nn/run.ts'

/** A decoder that repeats every pixel twice each way and negates it in a second channel: local, so tiles give the whole exactly. */
function doubling(tile: readonly [number, number], batch: number, seen: number[] = []) {
  const [h, w] = tile
  return {
    batch,
    latentShape: [1, h, w],
    outputShape: [2, 2 * h, 2 * w],
    async decode(z: ArrayLike<number>) {
      const items = z.length / (h * w)
      seen.push(items)
      return Float32Array.from({ length: items * 8 * h * w }, (_, i) => {
        const [x, y, channel, item] = [
          i % (2 * w),
          Math.floor(i / (2 * w)) % (2 * h),
          Math.floor(i / (4 * h * w)) % 2,
          Math.floor(i / (8 * h * w)),
        ]
        return (channel === 0 ? 1 : -1) * z[(item * h + (y >> 1)) * w + (x >> 1)]!
      })
    },
  }
}

test('tiles of a local decoder make up the whole, whatever their size and overlap', async () => {
  const sizes = fc.tuple(
    fc.integer({ min: 1, max: 4 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 0, max: 7 }),
    fc.integer({ min: 0, max: 7 }),
  )
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.integer({ min: 1, max: 3 }),
      async ([h, w, moreHigh, moreWide], overlap, batch) => {
        const [height, width] = [h + moreHigh, w + moreWide] as const
        const z = random('large code', height * width)
        const got = await decodeTiled(doubling([h, w], batch), z, [height, width], { overlap })
        const whole = await doubling([height, width], 1).decode(z)
        expect(got.length).toBe(whole.length)
        expect(Math.max(...got.map((value, i) => Math.abs(value - whole[i]!)))).toBeLessThan(1e-6)
      },
    ),
    { numRuns: 60 },
  )
})

test('tiles go through the decoder batch by batch, and blend in between', async () => {
  const seen: number[] = []
  // every tile has a brightness of its own: that of its first pixel
  const flat = {
    ...doubling([1, 4], 2),
    outputShape: [1, 1, 4],
    decode: async (z: ArrayLike<number>) => {
      seen.push(z.length / 4)
      return Float32Array.from({ length: z.length }, (_, i) => z[i - (i % 4)]!)
    },
  }
  const image = await decodeTiled(flat, Float32Array.of(0, 9, 1, 9, 9, 9, 9, 9), [1, 8], { overlap: 0.5 })
  expect(seen).toEqual([2, 1])
  expect(image[0]).toBe(0)
  const rises = image.slice(1, 4).every((value, i) => value >= image[i]!)
  expect(rises).toBe(true)
  expect(image[2]! > 0 && image[2]! < 1).toBe(true)
})

test('what does not fit is refused', async () => {
  const coder = doubling([4, 4], 1)
  await expect(decodeTiled(coder, new Float32Array(12), [3, 4])).rejects.toThrow(
    '12 numbers for a code [1, 3, 4] in tiles of [1, 4, 4]',
  )
  await expect(decodeTiled(coder, new Float32Array(15), [4, 4])).rejects.toThrow('15 numbers')
  await expect(decodeTiled(coder, new Float32Array(16), [4, 4], { overlap: 1 })).rejects.toThrow('overlap is 1')
})
