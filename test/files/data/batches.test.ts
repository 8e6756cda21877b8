import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchFlips, batchIndices } from '../../../src/files/data/index.ts'
import { key } from '../../../src/engine/random/index.ts'

describe('batchIndices', () => {
  it('visits every item once an epoch, whatever the batch size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 90 }), (length, batchSize) => {
        const steps = Math.ceil((3 * length) / batchSize)
        const seen = Array.from({ length: steps }, (_, step) => [
          ...batchIndices(key(1), length, batchSize, step),
        ]).flat()
        for (let epoch = 0; epoch < 3; epoch++) {
          const items = seen.slice(epoch * length, (epoch + 1) * length)
          expect(items.sort((a, b) => a - b)).toEqual([...Array(length).keys()])
        }
      }),
      { numRuns: 40 },
    )
  })

  it('depends on the position in the run alone: neither on the batch size nor on what was asked before', () => {
    const whole = [...batchIndices(key(2), 10, 60, 0)]
    for (const step of [9, 0, 5, 2, 5]) {
      expect([...batchIndices(key(2), 10, 6, step)]).toEqual(whole.slice(6 * step, 6 * step + 6))
    }
  })

  it('has another order for another epoch and another key', () => {
    const epoch = (k: number, e: number) => batchIndices(key(k), 50, 50, e).join()
    expect(new Set([epoch(1, 0), epoch(1, 1), epoch(2, 0), epoch(1, 1000)]).size).toBe(4)
  })

  it.each([
    [0, 1, 0],
    [5, 0, 0],
    [5, 1, -1],
    [5, 1.5, 0],
    [5, 2, 2 ** 53],
  ])('refuses length %s, batch size %s, step %s', (length, batchSize, step) => {
    expect(() => batchIndices(key(0), length, batchSize, step)).toThrow(expect.objectContaining({ code: 'usage' }))
  })
})

describe('batchFlips', () => {
  it('mirrors half of the items, independent of the batch size', () => {
    const whole = batchFlips(key(1), 10_000, 0)
    expect(Math.abs(whole.filter(Boolean).length - 5000)).toBeLessThan(225)
    expect(batchFlips(key(1), 7, 3)).toEqual(whole.slice(21, 28))
    expect(batchFlips(key(1), 100, 0, 0).some(Boolean)).toBe(false)
    expect(batchFlips(key(1), 100, 0, 1).every(Boolean)).toBe(true)
  })
})
