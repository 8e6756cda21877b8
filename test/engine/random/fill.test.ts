import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { key, normal, rademacher, uniform, words } from '../../../src/engine/random/index.ts'

const n = 200_000
const fillers = { uniform, normal, rademacher }
const moment = (x: Float64Array, p: number) => x.reduce((sum, v) => sum + v ** p, 0) / x.length

describe.each(Object.entries(fillers))('%s', (_name, fill) => {
  it('depends on the key and the index alone', () => {
    const whole = fill(key(7), new Float64Array(5000))
    fc.assert(
      fc.property(fc.nat(4999), fc.nat(3000), (from, length) => {
        const to = Math.min(5000, from + length)
        expect(fill(key(7), new Float64Array(to - from), from)).toEqual(whole.slice(from, to))
      }),
      { numRuns: 50 },
    )
  })

  it('has random access far beyond 2^32, without a seam', () => {
    const start = 2 ** 33 - 5
    const whole = fill(key(7), new Float64Array(11), start)
    for (let i = 0; i < 11; i++) expect(fill(key(7), new Float64Array(1), start + i)[0]).toBe(whole[i])
    expect(whole).not.toEqual(fill(key(7), new Float64Array(11), start - 2 ** 33 + 2 ** 34))
  })

  it('fills a Float32Array with the same numbers, rounded', () => {
    const narrow = fill(key(8), new Float32Array(1000))
    const wide = fill(key(8), new Float64Array(1000))
    narrow.forEach((v, i) => expect(v).toBeCloseTo(wide[i]!, 6))
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses the offset %s', (offset) => {
    expect(() => fill(key(0), new Float32Array(1), offset)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('uniform', () => {
  it('stays in [0, 1), also in single precision', () => {
    const x = uniform(key(2), new Float32Array(1_000_000))
    expect(x.every((v) => v >= 0 && v < 1)).toBe(true)
  })

  it('has the moments of the uniform distribution and fills every bin', () => {
    const x = uniform(key(3), new Float64Array(n))
    expect(moment(x, 1)).toBeCloseTo(1 / 2, 2)
    expect(moment(x, 2)).toBeCloseTo(1 / 3, 2)
    const bins = new Float64Array(100)
    for (const v of x) bins[Math.floor(v * 100)]! += 1
    const chiSquare = bins.reduce((sum, count) => sum + (count - n / 100) ** 2 / (n / 100), 0)
    expect(chiSquare).toBeGreaterThan(50) // 99 degrees of freedom: mean 99, sd 14
    expect(chiSquare).toBeLessThan(160)
  })
})

describe('normal', () => {
  const x = normal(key(4), new Float64Array(n))

  it('has the moments of the normal distribution', () => {
    const tolerance = (variance: number) => 4.5 * Math.sqrt(variance / n)
    expect(Math.abs(moment(x, 1))).toBeLessThan(tolerance(1))
    expect(Math.abs(moment(x, 2) - 1)).toBeLessThan(tolerance(2))
    expect(Math.abs(moment(x, 3))).toBeLessThan(tolerance(15))
    expect(Math.abs(moment(x, 4) - 3)).toBeLessThan(tolerance(96))
  })

  it('passes the Kolmogorov–Smirnov test', () => {
    const sorted = x.slice().sort()
    let distance = 0
    sorted.forEach((v, i) => {
      const cdf = normalCdf(v)
      distance = Math.max(distance, Math.abs(cdf - i / n), Math.abs(cdf - (i + 1) / n))
    })
    expect(distance * Math.sqrt(n)).toBeLessThan(1.95) // exceeded with probability 0.001
    expect(distance * Math.sqrt(n)).toBeGreaterThan(0.3)
  })

  it('has no correlation between neighbours, nor between their squares', () => {
    for (const lag of [1, 2, 3]) {
      let linear = 0
      let square = 0
      for (let i = 0; i + lag < n; i++) {
        linear += x[i]! * x[i + lag]!
        square += (x[i]! ** 2 - 1) * (x[i + lag]! ** 2 - 1)
      }
      expect(Math.abs(linear / Math.sqrt(n))).toBeLessThan(4.5)
      expect(Math.abs(square / Math.sqrt(4 * n))).toBeLessThan(4.5)
    }
  })

  it('has both tails, and is finite', () => {
    const many = normal(key(5), new Float32Array(1_000_000))
    const max = many.reduce((a, b) => Math.max(a, b))
    const min = many.reduce((a, b) => Math.min(a, b))
    expect(max).toBeGreaterThan(4.2)
    expect(max).toBeLessThan(6.8)
    expect(min).toBeLessThan(-4.2)
    expect(min).toBeGreaterThan(-6.8)
  })

  it('keeps its bits for ever', () => {
    expect([...normal(key(0), new Float64Array(4))]).toMatchInlineSnapshot(`
      [
        -1.0654524243856718,
        -0.7792129888674002,
        0.03239910205181581,
        -1.520308334111841,
      ]
    `)
  })
})

describe('rademacher', () => {
  it('is −1 or 1, as often', () => {
    const x = rademacher(key(6), new Float64Array(n))
    expect(x.every((v) => v === 1 || v === -1)).toBe(true)
    expect(Math.abs(moment(x, 1)) * Math.sqrt(n)).toBeLessThan(4.5)
  })
})

describe('words', () => {
  it('sets every bit half of the time', () => {
    const w = words(key(1), new Uint32Array(10_000))
    for (let bit = 0; bit < 32; bit++) {
      const ones = w.reduce((sum, v) => sum + ((v >>> bit) & 1), 0)
      expect(Math.abs(ones - 5000)).toBeLessThan(4.5 * 50)
    }
  })
})

/** Φ(x) by Simpson's rule on the density, from 0 to x: better than 1e-8. */
function normalCdf(x: number): number {
  const steps = 64
  const h = x / steps
  let sum = 1 + Math.exp(-x * x * 0.5)
  for (let i = 1; i < steps; i++) sum += (i % 2 === 0 ? 2 : 4) * Math.exp(-0.5 * (i * h) ** 2)
  return 0.5 + (h * sum) / (3 * Math.sqrt(2 * Math.PI))
}
