import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fold, key, normal, words } from '../../../src/engine/random/index.ts'

describe('key', () => {
  it('is a frozen pair of words, equal for equal numbers and bigints', () => {
    expect(key(5)).toEqual([0, 5])
    expect(Object.isFrozen(key(5))).toBe(true)
    expect(key(2 ** 40)).toEqual(key(2n ** 40n))
    expect(key(-1)).toEqual([0xffff_ffff, 0xffff_ffff])
    expect(key('5')).not.toEqual(key(5))
  })

  it.each([0.5, Number.NaN, Infinity, 2 ** 53, 1n << 64n, -(1n << 63n) - 1n])('refuses %s', (seed) => {
    expect(() => key(seed)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('fold', () => {
  it('folds piece by piece', () => {
    expect(fold(key(1), 'noise', 3)).toEqual(fold(fold(key(1), 'noise'), 3))
    expect(fold(key(1))).toEqual(key(1))
  })

  it('gives different keys for different data', () => {
    const datum = fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 3 }), fc.string())
    const data = fc.array(datum, { maxLength: 3 })
    fc.assert(
      fc.property(data, data, (a, b) => {
        const equal = a.length === b.length && a.every((x, i) => x === b[i] || (x === 0 && b[i] === 0))
        expect(fold(key(9), ...a).join() === fold(key(9), ...b).join()).toBe(equal)
      }),
    )
  })

  it.each([
    ['', '\0'],
    ['a', 'a\0'],
    ['ab', 'ba'],
    [1, -1],
    [1, '1'],
    [2 ** 32, 0],
  ])('tells %j from %j', (a, b) => {
    expect(fold(key(0), a)).not.toEqual(fold(key(0), b))
  })

  it('never gives a key that is in its own stream', () => {
    const stream = words(key(3), new Uint32Array(2000))
    for (let i = 0; i < 1000; i++) expect(fold(key(3), i)).not.toEqual([stream[2 * i], stream[2 * i + 1]])
  })

  it('refuses fractions', () => {
    expect(() => fold(key(0), 0.5)).toThrow(expect.objectContaining({ code: 'usage' }))
  })

  it('makes streams without correlation, for neighbouring seeds and indices', () => {
    const n = 20_000
    const streams = [key(0), key(1), fold(key(0), 0), fold(key(0), 1), fold(key(0), 'a'), fold(key(0), 'b')].map((k) =>
      normal(k, new Float64Array(n)),
    )
    for (let a = 0; a < streams.length; a++) {
      for (let b = 0; b < a; b++) {
        for (const lag of [0, 1, 2]) {
          let sum = 0
          for (let i = 0; i + lag < n; i++) sum += streams[a]![i]! * streams[b]![i + lag]!
          expect(Math.abs(sum / Math.sqrt(n - lag))).toBeLessThan(4.5)
        }
      }
    }
  })
})
