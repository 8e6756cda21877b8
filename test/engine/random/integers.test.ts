import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, integers, key, permutation } from '../../../src/engine/random/index.ts'

describe('integers', () => {
  it('are uniform in [low, high)', () => {
    const counts = new Float64Array(7)
    for (const v of integers(key(1), 70_000, -3, 4)) counts[v + 3]! += 1
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(4.5 * 100)
  })

  it('have no bias where the range is not a power of two: 3 · 2^30', () => {
    // Without rejection, a third of the range would be hit twice as often as the rest.
    const x = integers(key(2), 30_000, -0x8000_0000, 0x4000_0000)
    for (let third = 0; third < 3; third++) {
      const low = -0x8000_0000 + third * 0x4000_0000
      const hits = x.filter((v) => v >= low && v < low + 0x4000_0000).length
      expect(Math.abs(hits - 10_000)).toBeLessThan(400)
    }
  })

  it('reach both ends of the 32-bit range and the range of one', () => {
    const x = integers(key(3), 10_000, -0x8000_0000, 0x8000_0000)
    expect(x.reduce((a, b) => Math.min(a, b))).toBeLessThan(-0x7f00_0000)
    expect(x.reduce((a, b) => Math.max(a, b))).toBeGreaterThan(0x7f00_0000)
    expect([...integers(key(3), 3, 5, 6)]).toEqual([5, 5, 5])
  })

  it('are a prefix of a longer draw', () => {
    expect(integers(key(4), 10, 0, 1000)).toEqual(integers(key(4), 100, 0, 1000).slice(0, 10))
  })

  it.each([
    [1, 1],
    [2, 1],
    [0, 0.5],
    [0, 2 ** 31 + 1],
    [Number.NaN, 3],
  ])('refuse the range [%s, %s)', (low, high) => {
    expect(() => integers(key(0), 1, low, high)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('permutation', () => {
  it('holds every number once', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.maxSafeInteger(), (n, seed) => {
        expect([...permutation(key(seed), n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i))
      }),
    )
  })

  it('makes all orders of four equally likely', () => {
    const counts = new Map<string, number>()
    for (let i = 0; i < 24_000; i++) {
      const order = permutation(fold(key(5), i), 4).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    expect(counts.size).toBe(24)
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(4.5 * Math.sqrt(1000))
  })

  it.each([-1, 1.5, Number.NaN])('refuses the count %s', (n) => {
    expect(() => permutation(key(0), n)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})
