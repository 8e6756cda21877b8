import { describe, expect, it } from 'vitest'
import { noiseLevel } from '../../../src/diffusion/noise/schedule.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { edmSchedule } from '../../../src/diffusion/noise/ve.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { tableIndices, tableTimes, timesOfIndices } from '../../../src/diffusion/sample/table-times.ts'
import {
  faintTimes,
  karrasTimes,
  logSnrTimes,
  quadraticTimes,
  uniformTimes,
} from '../../../src/diffusion/sample/times.ts'

describe('levels of a table', () => {
  it.each([
    ['leading', { spacing: 'leading' }, 5, [800, 600, 400, 200, 0]],
    ['leading with offset 1', { spacing: 'leading', offset: 1 }, 5, [801, 601, 401, 201, 1]],
    ['trailing', { spacing: 'trailing' }, 5, [999, 799, 599, 399, 199]],
    ['trailing, not dividing', { spacing: 'trailing' }, 7, [999, 856, 713, 570, 428, 285, 142]],
    ['linspace', { spacing: 'linspace' }, 5, [999, 749, 500, 250, 0]],
    ['linspace, fractions', { spacing: 'linspace', rounding: 'none' }, 5, [999, 749.25, 499.5, 249.75, 0]],
    ['linspace over n + 1', { spacing: 'linspace', spread: 'n+1' }, 4, [999, 749, 500, 250]],
    ['leading over n + 1', { spacing: 'leading', spread: 'n+1' }, 4, [800, 600, 400, 200]],
  ] as const)('%s', (_, spacing, steps, expected) => {
    expect(tableIndices(1000, steps, spacing)).toEqual(expected)
  })

  it('halves round to even: level 499.5 is 500 and 2.5 is 2', () => {
    expect(tableIndices(6, 3, { spacing: 'linspace' })).toEqual([5, 2, 0])
  })

  it('times end in clean data or at level 0, or at any τ', () => {
    const table = namedTable('linear')
    expect(tableTimes(table, 2)).toEqual([0.501, 0.001, 0])
    expect(timesOfIndices(table, [999, 99], 'sigma-min')).toEqual([1, 0.1, 0.001])
    expect(() => tableTimes(table, 1001)).toThrow('1000 levels only')
  })
})

describe('continuous grids', () => {
  it('few steps end where the noise is faint, many are equal', () => {
    const schedule = cosineSchedule()
    const times = faintTimes(schedule, 10)
    expect(times).toHaveLength(11)
    expect([times[0], times.at(-1)]).toEqual([1, 0])
    expect(noiseLevel(schedule, times[9]!)).toBeCloseTo(0.04, 9)
    for (let i = 1; i < 9; i++) expect(times[i - 1]! - times[i]!).toBeCloseTo(times[i]! - times[i + 1]!, 12)
    faintTimes(schedule, 100).forEach((t, i) => expect(t).toBeCloseTo(uniformTimes(100)[i]!, 12))
    expect(faintTimes(schedule, 1)).toEqual([1, 0])
    expect(() => faintTimes(schedule, 0)).toThrow('positive whole number')
  })

  it('uniform and quadratic', () => {
    expect(uniformTimes(4)).toEqual([1, 0.75, 0.5, 0.25, 0])
    expect(quadraticTimes(4)).toEqual([1, 0.5625, 0.25, 0.0625, 0])
  })

  it("Karras: EDM's 18 noise levels", () => {
    const schedule = edmSchedule()
    const times = karrasTimes(schedule, 18, { to: 0.002 / 80 })
    expect(times).toHaveLength(19)
    const levels = times.slice(0, 18).map((t) => noiseLevel(schedule, t))
    // σ_i = (80^{1/7} + i/17 (0.002^{1/7} − 80^{1/7}))⁷
    const root = (x: number) => x ** (1 / 7)
    levels.forEach((level, i) =>
      expect(level / (root(80) + (i / 17) * (root(0.002) - root(80))) ** 7).toBeCloseTo(1, 9),
    )
    expect(times[18]).toBe(0)
  })

  it('log-SNR: noise levels in geometric progression', () => {
    const schedule = tableSchedule(namedTable('linear'))
    const times = logSnrTimes(schedule, 10, { final: 'sigma-min' })
    const ratios = times.slice(1).map((t, i) => noiseLevel(schedule, t) / noiseLevel(schedule, times[i]!))
    for (const ratio of ratios) expect(ratio).toBeCloseTo(ratios[0]!, 8)
    expect([times[0], times.at(-1)]).toEqual([1, 0.001])
  })

  it('starts where some signal is left, and says no where none is', () => {
    expect(karrasTimes(cosineSchedule(), 5)[0]).toBe(0.999)
    expect(() => karrasTimes(cosineSchedule(), 5, { to: 0 })).toThrow('positive and finite')
    expect(() => uniformTimes(0)).toThrow('positive whole number')
  })
})
