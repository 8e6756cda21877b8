/** Pictures brought to a size: means of areas, by opacity. */
import { assert, integer, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fitPixels } from '../../../src/files/data/open/fit-pixels.ts'
import type { Pixels } from '../../../src/files/data/open/image-planes.ts'

/** Opaque grey pixels, row by row. */
function grey(width: number, values: readonly number[]): Pixels {
  const data = Uint8Array.from(values.flatMap((value) => [value, value, value, 255]))
  return { width, height: values.length / width, depth: 'uchar', data }
}
const reds = ({ data }: Pixels): number[] => Array.from(data).filter((_, i) => i % 4 === 0)
const white = [255, 255, 255]

describe('a picture', () => {
  test('at half its size has the means of four', () => {
    const half = fitPixels(grey(4, [0, 10, 20, 30, 40, 50, 60, 70]), [1, 2], 'cover', white)
    expect(reds(half)).toEqual([25, 45])
  })

  test('at two thirds has shares of its pixels', () => {
    // Each new pixel is 1.5 old ones: (0 + 90 / 2) / 1.5 and (90 / 2 + 30) / 1.5.
    expect(reds(fitPixels(grey(3, [0, 90, 30, 0, 90, 30, 0, 90, 30]), [2, 2], 'stretch', white))).toEqual([
      30, 50, 30, 50,
    ])
  })

  test('is cut in the middle to cover, and framed to be contained', () => {
    const wide = grey(4, [1, 2, 3, 4, 1, 2, 3, 4])
    expect(reds(fitPixels(wide, [2, 2], 'cover', white))).toEqual([2, 3, 2, 3])
    expect(reds(fitPixels(wide, [4, 4], 'contain', white))).toEqual([
      255, 255, 255, 255, 1, 2, 3, 4, 1, 2, 3, 4, 255, 255, 255, 255,
    ])
  })

  test('counts what is transparent for nothing', () => {
    const data = Uint8Array.of(200, 0, 0, 255, 0, 0, 0, 0)
    const { data: one } = fitPixels({ width: 2, height: 1, depth: 'uchar', data }, [1, 1], 'stretch', white)
    expect([...one]).toEqual([200, 0, 0, 128])
  })

  test('of one colour stays of that colour at any size, and its own size changes nothing', () => {
    const sides = integer({ min: 1, max: 9 })
    assert(
      property(sides, sides, sides, sides, integer({ min: 0, max: 255 }), (w, h, rows, columns, value) => {
        const plain = fitPixels(
          grey(
            w,
            Array.from({ length: w * h }, () => value),
          ),
          [rows, columns],
          'cover',
          white,
        )
        expect(new Set(reds(plain))).toEqual(new Set([value]))
      }),
    )
    const own = grey(3, [5, 1, 9, 200, 3, 4])
    expect(reds(fitPixels(own, [2, 3], 'cover', white))).toEqual(reds(own))
  })
})
