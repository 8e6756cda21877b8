import { assert, double, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  constantEma,
  constantRate,
  cosineRate,
  gammaOf,
  linearRate,
  powerEma,
  stepRate,
  updateEma,
  warmup,
  warmupEma,
} from '../../../src/engine/optim/index.ts'

describe('learning rates', () => {
  it('constant', () => expect([0, 5, 1e6].map(constantRate(0.1))).toEqual([0.1, 0.1, 0.1]))

  it('cosine: from peak over the middle to the floor, and no further', () => {
    const rate = cosineRate({ peak: 3, floor: 1, steps: 8 })
    expect(rate(0)).toBe(3)
    expect(rate(4)).toBeCloseTo(2, 14)
    expect(rate(8)).toBe(1)
    expect(rate(100)).toBe(1)
    for (let step = 0; step < 8; step++) {
      expect(rate(step)).toBeCloseTo(1 + (1 + Math.cos((Math.PI * step) / 8)), 14)
    }
  })

  it('linear', () =>
    expect([0, 1, 4, 9].map(linearRate({ peak: 1, floor: 0.5, steps: 4 }))).toEqual([1, 0.875, 0.5, 0.5]))

  it('steps', () => expect([0, 9, 10, 20].map(stepRate({ peak: 8, every: 10, factor: 0.5 }))).toEqual([8, 8, 4, 2]))

  it('warm-up reaches the full rate with its last update and then starts the other schedule', () => {
    const rate = warmup(4, linearRate({ peak: 1, steps: 2 }))
    expect([0, 1, 2, 3, 4, 5, 6].map(rate)).toEqual([0.25, 0.5, 0.75, 1, 1, 0.5, 0])
    expect(warmup(0, constantRate(1))(0)).toBe(1)
  })

  it('refuse a length of zero', () => {
    expect(() => cosineRate({ peak: 1, steps: 0 })).toThrow('steps is 0, expected at least 1')
  })
})

describe('decays of averages', () => {
  it('constant and warm-up', () => {
    expect([0, 7].map(constantEma(0.9))).toEqual([0.9, 0.9])
    expect([0, 8, 1e6].map(warmupEma(0.99))).toEqual([0.1, 0.5, 0.99])
  })

  it('gamma of the widths in the EDM2 paper', () => {
    expect(gammaOf(0.05)).toBeCloseTo(16.97, 2)
    expect(gammaOf(0.1)).toBeCloseTo(6.94, 2)
  })

  it('gamma inverts the width', () => {
    assert(
      property(double({ min: 1e-3, max: 0.28, noNaN: true }), (width) => {
        const gamma = gammaOf(width)
        expect(Math.sqrt(gamma + 1) / ((gamma + 2) * Math.sqrt(gamma + 3))).toBeCloseTo(width, 12)
      }),
    )
    expect(() => gammaOf(0.3)).toThrow('relative width 0.3')
  })

  it('the power function weights update i by about i^gamma', () => {
    const [steps, width] = [4000, 0.1]
    const decay = powerEma(width)
    const weight = (from: number) => {
      let w = 1 - decay(from - 1)
      for (let step = from; step < steps; step++) w *= decay(step)
      return w
    }
    expect(decay(0)).toBe(0)
    expect(weight(3000) / weight(1500)).toBeCloseTo(2 ** gammaOf(width), 0)
    const average = new Float32Array(1)
    for (let step = 0; step < steps; step++) updateEma(average, Float32Array.of(step + 1), decay(step))
    // The mean of i weighted by i^γ is (γ + 1) / (γ + 2) of the way.
    expect(average[0]! / steps).toBeCloseTo((gammaOf(width) + 1) / (gammaOf(width) + 2), 3)
  })
})
