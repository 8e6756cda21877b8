/** Trajectories and their windows: what is cut is what was there, and nothing is copied that need not be. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { frameOf } from '../../../../src/files/data/frame.ts'
import { holdOut } from '../../../../src/files/data/hold-out.ts'
import { loadBatch } from '../../../../src/files/data/normalise.ts'
import { createTrajectory, type TrajectoryParts, unpackTrajectory } from '../../../../src/files/data/trajectory.ts'
import { windowsOf, windowStarts } from '../../../../src/files/data/windows.ts'
import { calendarFeatures } from '../../../../src/files/data/fields/calendar.ts'

const grid = [2, 3] as const
const made = (length: number, parts: Partial<TrajectoryParts> = {}) =>
  createTrajectory({
    name: 'made',
    variables: [{ name: 'a' }, { name: 'b' }],
    grid,
    states: Float32Array.from({ length: length * 12 }, (_, i) => Math.sin(i) + (Math.floor(i / 6) % 2) * 10),
    times: Float64Array.from({ length }, (_, i) => i),
    step: 1,
    dated: false,
    ...parts,
  })

describe('windows', () => {
  test('none reaches over a gap', () => {
    const times = Float64Array.of(0, 1, 2, 3, 7, 8, 9)
    expect([...windowStarts({ times, step: 1 }, { length: 3 })]).toEqual([0, 1, 4])
    expect([...windowStarts({ times, step: 1 }, { length: 2, stride: 2 })]).toEqual([0, 2, 4])
  })
  test('a window is its states, variable by variable, standardised', () => {
    const data = made(5)
    const windows = windowsOf(data, { length: 2 })
    expect([windows.length, windows.shape]).toEqual([4, [2, 2, 2, 3]])
    const frame = frameOf(windows.shape, 1, 1, 3)
    const out = new Float32Array(2 * 24)
    windows.load([1, 3], frame, undefined, out)
    const { shift, scale } = windows.affine!
    for (const [j, index] of [1, 3].entries()) {
      for (let c = 0; c < 2; c++) {
        for (let t = 0; t < 2; t++) {
          for (let i = 0; i < 6; i++) {
            const value = data.states[((index + t) * 2 + c) * 6 + i]!
            expect(out[j * 24 + (c * 2 + t) * 6 + i]).toBeCloseTo((value - shift[c]!) / scale[c]!, 5)
          }
        }
      }
    }
    // what does not know windows reads the same
    expect(loadBatch(windows, [1, 3], new Float32Array(48))).toEqual(out)
  })
  test('each variable has mean 0 and standard deviation 1', () => {
    const windows = windowsOf(made(7), { length: 1 })
    const values = loadBatch(windows, [0, 1, 2, 3, 4, 5, 6], new Float32Array(84))
    for (const c of [0, 1]) {
      const own = values.filter((_, i) => Math.floor(i / 6) % 2 === c)
      const mean = own.reduce((a, b) => a + b, 0) / own.length
      expect(mean).toBeCloseTo(0, 5)
      expect(own.reduce((sum, value) => sum + value * value, 0) / own.length).toBeCloseTo(1, 5)
    }
  })
  test('held-out states are the last ones, and no window shares one with training', () => {
    const { train, heldOut } = holdOut(made(10), 0.3, 'end')
    expect([[...train.times], [...heldOut.times]]).toEqual([
      [0, 1, 2, 3, 4, 5, 6],
      [7, 8, 9],
    ])
    expect(train.states.buffer).toBe(heldOut.states.buffer)
    expect(windowsOf(train, { length: 3 }).length + windowsOf(heldOut, { length: 3 }).length).toBe(5 + 1)
  })
  test('states that are left out are gaps', () => {
    expect(windowsOf(made(6).select([0, 1, 3, 4, 5]), { length: 2 }).length).toBe(3)
  })
  test('the time of day is a condition where times are dates', () => {
    const times = Float64Array.from({ length: 4 }, (_, i) => 6 * 3600 * i)
    const windows = windowsOf(made(4, { times, step: 6 * 3600, dated: true }), { length: 1 })
    const expected = [0, 1, 1, 0, 0, -1, -1, 0]
    windows.conditions!['time']!.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 6))
    expect(calendarFeatures(0, { day: true, year: true })).toEqual([0, 1, 0, 1])
    expect(windowsOf(made(4), { length: 1 }).conditions).toBeUndefined()
  })
  test('what is packed is the same again', () => {
    const data = made(3, { lat: [1, 2], lon: [3, 4, 5] })
    const again = unpackTrajectory(data.packed())
    expect({ ...again, select: 0, packed: 0 }).toEqual({ ...data, select: 0, packed: 0 })
  })
  test('what makes no sense is refused', () => {
    expect(() => windowsOf(made(3), { length: 4 })).toThrow('no 4 states follow each other among 3')
    expect(() => made(3, { times: Float64Array.of(0, 0, 1) })).toThrow('state 1 is not later')
    expect(() => made(1, { states: new Float32Array(12).fill(Number.NaN) })).toThrow('a is NaN somewhere in state 0')
    expect(() => made(2, { lat: [1, 2, 3] })).toThrow('3 latitudes for 2 rows')
  })
})

test('time folds into channels and back', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 7 }),
      (c, t, h) => {
        const folded = frameOf([c, t, h, 5], 2, 2, 3)
        expect(folded.network).toEqual(frameOf([c * t, h, 5], 2, 2).network)
        expect(folded.pixels).toEqual(frameOf([c * t, h, 5], 2, 2).pixels)
        expect(frameOf([c, t, h, 5]).network).toEqual([c, t, h, 5])
      },
    ),
  )
})
