import { describe, expect, it } from 'vitest'
import { key, uniform } from '../../../src/engine/random/index.ts'
import { cosNearZero, cosTurns, log, sinNearZero, sinTurns } from '../../../src/engine/random/portable-math.ts'

const u = uniform(key(1), new Float64Array(100_000))
const relative = (got: number, want: number) => Math.abs(got - want) / Math.abs(want || 1)

describe('log', () => {
  it('agrees with Math.log to 1e-15, relative, over the whole range and close to 1', () => {
    let worst = 0
    for (const v of u) {
      const wide = 2 ** (2000 * v - 1000) * (1 + v)
      for (const x of [v + 2 ** -33, 0.5 + v, 1 + (v - 0.5) * 1e-6, wide]) {
        worst = Math.max(worst, relative(log(x), Math.log(x)))
      }
    }
    expect(worst).toBeLessThan(1e-15)
    expect(log(1)).toBe(0)
    expect(log(2)).toBe(Math.LN2)
  })
})

describe('sine and cosine', () => {
  it('agree with Math.sin and Math.cos to 1e-15, relative, within π/4', () => {
    let worst = 0
    for (const v of u) {
      const x = (v - 0.5) * (Math.PI / 2)
      worst = Math.max(worst, relative(sinNearZero(x), Math.sin(x)), relative(cosNearZero(x), Math.cos(x)))
    }
    expect(worst).toBeLessThan(1e-15)
  })

  it('take turns, of any sign', () => {
    for (const v of u.subarray(0, 10_000)) {
      const turns = 4 * v - 2
      expect(Math.abs(sinTurns(turns) - Math.sin(2 * Math.PI * turns))).toBeLessThan(4e-15)
      expect(Math.abs(cosTurns(turns) - Math.cos(2 * Math.PI * turns))).toBeLessThan(4e-15)
    }
    expect([0, 0.25, 0.5, 0.75, 1, -0.25].map((t) => sinTurns(t) + 0)).toEqual([0, 1, 0, -1, 0, -1])
    expect([0, 0.25, 0.5, 0.75, 1, -0.25].map((t) => cosTurns(t) + 0)).toEqual([1, 0, -1, 0, 1, 0])
  })
})
