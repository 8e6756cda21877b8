/** Pictures under affine maps: what must be exact, and what interpolation gives. */
import { array, assert, double, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Affine2, composed, still, warpPicture } from '../../../src/files/data/warp.ts'

const shape = [1, 3, 3] as const
const picture = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)
const warped = (back: Affine2): number[] => [...warpPicture(picture, shape, back, new Float32Array(9))]

describe('warpPicture', () => {
  it.each([
    ['nothing', still, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ['a pixel to the right', [1, 0, -1, 0, 1, 0], [1, 1, 2, 4, 4, 5, 7, 7, 8]],
    ['a pixel up', [1, 0, 0, 0, 1, 1], [4, 5, 6, 7, 8, 9, 7, 8, 9]],
    ['the mirror image', [-1, 0, 0, 0, 1, 0], [3, 2, 1, 6, 5, 4, 9, 8, 7]],
    ['a quarter turn', [0, 1, 0, -1, 0, 0], [7, 4, 1, 8, 5, 2, 9, 6, 3]],
    ['half a pixel to the left', [1, 0, 0.5, 0, 1, 0], [1.5, 2.5, 3, 4.5, 5.5, 6, 7.5, 8.5, 9]],
    ['two pixels to the left, mirrored at the edge', [1, 0, 2, 0, 1, 0], [3, 3, 2, 6, 6, 5, 9, 9, 8]],
    ['three rows down', [1, 0, 0, 0, 1, -3], [7, 8, 9, 4, 5, 6, 1, 2, 3]],
    ['once around', [1, 0, 6, 0, 1, -60], [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ] as const)('%s', (_, back, expected) => {
    expect(warped(back)).toEqual(expected)
  })

  it('gives a plane x + y wherever that is sampled within it', () => {
    const size = 9
    const plane = Float32Array.from({ length: size * size }, (_, i) => (i % size) + Math.floor(i / size))
    const angle = 0.3
    const [c, s] = [Math.cos(angle) / 2, Math.sin(angle) / 2]
    const out = warpPicture(plane, [1, size, size], [c, s, 0, -s, c, 0], new Float32Array(size * size))
    out.forEach((value, i) => {
      const [x, y] = [(i % size) - 4, Math.floor(i / size) - 4]
      expect(value).toBeCloseTo(c * x + s * y + 4 + (-s * x + c * y) + 4, 5)
    })
  })

  it('mixes colours as they are seen: a pixel that cannot be seen has none', () => {
    // colour and opacity of two pixels: white and seen; black, and not
    const out = warpPicture(Float32Array.of(1, -1, 1, -1), [2, 1, 2], [1, 0, 0.5, 0, 1, 0], new Float32Array(4), {
      opacity: true,
    })
    expect([...out]).toEqual([1, -1, 0, -1])
  })
})

it('composed maps are one after the other', () => {
  const map = array(double({ min: -2, max: 2, noNaN: true }), { minLength: 6, maxLength: 6 })
  const at = ([a, b, c, d, e, f]: readonly number[], [x, y]: readonly number[]): [number, number] => [
    a! * x! + b! * y! + c!,
    d! * x! + e! * y! + f!,
  ]
  assert(
    property(map, map, (outer, inner) => {
      const both = composed(outer as unknown as Affine2, inner as unknown as Affine2)
      const [one, two] = [at(both, [0.3, -0.7]), at(outer, at(inner, [0.3, -0.7]))]
      return Math.abs(one[0] - two[0]) < 1e-12 && Math.abs(one[1] - two[1]) < 1e-12
    }),
  )
})
