/** The arithmetic of jumps: steps of DDIM joined to one, and the grids that they lie on. */
import { array, assert, double, integer, property } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nestedTimes } from '../../../src/diffusion/distil/clock.ts'
import { checkFewSteps, type FewSteps, gridAt, jumpAt, teacherSteps } from '../../../src/diffusion/distil/few-steps.ts'
import { ddimWeights, jumpWeights } from '../../../src/diffusion/distil/jump.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { rectifiedFlow } from '../../../src/diffusion/noise/flow.ts'
import { scheduleOfNoise } from '../../../src/diffusion/noise/named.ts'
import { edmSchedule } from '../../../src/diffusion/noise/ve.ts'
import { ddim } from '../../../src/diffusion/sample/ddim.ts'

const schedules = [
  cosineSchedule(),
  rectifiedFlow(),
  edmSchedule(),
  scheduleOfNoise({ table: 'squaredcos_cap_v2', levels: 1000 }),
]
const named = schedules.map((schedule) => [schedule.name, schedule] as const)

describe.each(named)('on %s', (_, schedule) => {
  it('the weights of a step are those of the sampler', () => {
    const times = nestedTimes(schedule, 5)
    for (const { t, s, stages } of ddim().plan(schedule, times).steps) {
      const { state, mean } = ddimWeights(schedule, t, s)
      expect(state).toBeCloseTo(stages[0]!.x, 12)
      expect(mean).toBeCloseTo(stages[0]!.history[0]!, 12)
    }
  })

  it('steps with any means end where one step with their weighted mean ends', () => {
    const means = array(double({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 9 })
    assert(
      property(means, integer({ min: 0, max: 5 }), (list, skipped) => {
        const times = nestedTimes(schedule, list.length + skipped).slice(0, list.length + 1)
        const shares = jumpWeights(schedule, times)
        const start = 1.7
        const end = list.reduce((z, mean, j) => {
          const step = ddimWeights(schedule, times[j]!, times[j + 1]!)
          return step.state * z + step.mean * mean
        }, start)
        const whole = ddimWeights(schedule, times[0]!, times.at(-1)!)
        const mean = list.reduce((sum, each, j) => sum + shares[j]! * each, 0)
        const scale = Math.abs(whole.state * start) + Math.abs(whole.mean) * 2
        expect(Math.abs(whole.state * start + whole.mean * mean - end)).toBeLessThan(1e-10 * scale)
        expect(shares.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9)
        // no mean counts negatively: a mean of pictures in range is in range
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
      }),
      { numRuns: 40 },
    )
  })

  it('grids nest, fall, and end at the data', () => {
    for (const n of [1, 3, 8]) {
      const [coarse, fine] = [nestedTimes(schedule, n), nestedTimes(schedule, 4 * n)]
      expect(coarse).toEqual(fine.filter((__, i) => i % 4 === 0))
      expect(coarse.every((t, i) => i === 0 || t < coarse[i - 1]!)).toBe(true)
      expect(coarse.at(-1)).toBe(0)
    }
  })
})

describe('the jumps of a run', () => {
  const schedule = rectifiedFlow()
  const consistency: FewSteps = { method: 'consistency', steps: 2, grid: { first: 4, last: 16, every: 10 } }

  it('of consistency start on the whole grid, take one step, and end where the segment does', () => {
    const all = [0, 1, 2, 3].map((i) => jumpAt(consistency, schedule, (i + 0.5) / 4, 0))
    const expected = [
      { times: [0.25, 0], end: 0 },
      { times: [0.5, 0.25], end: 0 },
      { times: [0.75, 0.5], end: 0.5 },
      { times: [1, 0.75], end: 0.5 },
    ]
    all.forEach(({ times, end }, i) => {
      times.forEach((t, j) => expect(t).toBeCloseTo(expected[i]!.times[j]! * all[3]!.times[0]!, 12))
      expect(end).toBeCloseTo(expected[i]!.end * all[3]!.times[0]!, 12)
    })
  })

  it('the grid doubles every so many steps, up to the last', () => {
    expect([0, 9, 10, 19, 20, 1e6, 2 ** 52].map((step) => gridAt(consistency, step))).toEqual([4, 4, 8, 8, 16, 16, 16])
  })

  it('of progressive distillation start where the student’s steps do, and follow all of the teacher’s', () => {
    const few: FewSteps = { method: 'progressive', steps: 2, grid: { first: 8, last: 8, every: 1 } }
    expect(teacherSteps(few)).toBe(4)
    const fine = nestedTimes(schedule, 8)
    expect(jumpAt(few, schedule, 0.9, 3)).toEqual({ times: fine.slice(0, 5), end: fine[4] })
    expect(jumpAt(few, schedule, 0.1, 3)).toEqual({ times: fine.slice(4), end: 0 })
  })

  it('a share just below one is still a jump', () => {
    expect(jumpAt(consistency, schedule, 1 - 2 ** -53, 0).times[0]).toBe(nestedTimes(schedule, 1)[0])
  })

  it.each([
    [{ grid: { first: 6, last: 7, every: 1 } }, 'does not divide'],
    [{ grid: { first: 2, last: 16, every: 1 } }, 'does not divide'],
    [{ grid: { first: 4, last: 12, every: 1 } }, 'never doubles'],
    [{ grid: { first: 4, last: 16, every: 0 } }, 'grid.every is 0'],
    [{ steps: 0 }, 'steps is 0'],
    [{ method: 'progressive' as const }, 'one grid'],
  ])('%j is refused', (change, message) => {
    expect(() => checkFewSteps({ ...consistency, ...change })).toThrow(message)
  })

  it('times that do not fall are refused', () => {
    expect(() => jumpWeights(schedule, [0.5, 0.5])).toThrow('must fall')
  })
})
