import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resizePlanes } from '../../../src/tools/eval/resize.ts'

const resize = (values: readonly number[], from: readonly [number, number], to: readonly [number, number]): number[] =>
  Array.from(resizePlanes(Float32Array.from(values), from, new Float32Array(to[0] * to[1]), to))

const size = fc.integer({ min: 1, max: 12 })

describe('resizePlanes', () => {
  it('averages what gets smaller: stripes of mean 0 are grey', () => {
    const stripes = Array.from({ length: 128 * 128 }, (_, i) => (i % 4 === 0 || i % 4 === 3 ? 1 : -1))
    const small = resize(stripes, [128, 128], [32, 32])
    // inside, the triangle of weights is symmetric over two periods
    for (let y = 0; y < 32; y++) for (let x = 1; x < 31; x++) expect(small[32 * y + x]).toBeCloseTo(0, 6)
  })

  it('weighs halves of a row by the triangle 1 3 3 1', () => {
    const [first, inner] = resize([0, 8, 16, 0, 0, 8], [1, 6], [1, 3])
    // at the border what lies outside is left out: weights 3 3 1 of 7
    expect(first).toBeCloseTo((3 * 8 + 1 * 16) / 7, 5)
    expect(inner).toBeCloseTo((1 * 8 + 3 * 16) / 8, 5)
  })

  it('interpolates between centres where an image gets larger', () => {
    expect(resize([0, 4], [1, 2], [1, 4])).toEqual([0, 1, 3, 4])
  })

  it('keeps constants, at any sizes', () => {
    fc.assert(
      fc.property(size, size, size, size, (height, width, toHeight, toWidth) => {
        const plane = Array.from({ length: height * width }, () => 0.5)
        for (const value of resize(plane, [height, width], [toHeight, toWidth])) expect(value).toBeCloseTo(0.5, 6)
      }),
    )
  })

  it('gives back an image of the same size, bit for bit', () => {
    const pixel = fc.float({ noNaN: true, min: -1, max: 1 })
    fc.assert(
      fc.property(fc.array(pixel, { minLength: 12, maxLength: 12 }), (plane) => {
        expect(resize(plane, [3, 4], [3, 4]).map((x) => x + 0)).toEqual(plane.map((x) => Math.fround(x) + 0))
      }),
    )
  })
})
