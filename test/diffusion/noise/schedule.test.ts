import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { noiseLevel, timeOfNoiseLevel } from '../../../src/diffusion/noise/schedule.ts'
import { namedSchedule } from '../../../src/diffusion/noise/named.ts'
import { sqrtSchedule } from '../../../src/diffusion/noise/sqrt.ts'
import { schedules } from './schedules.ts'

const time = fc.double({ min: 0.02, max: 0.98, noNaN: true })

describe.each(schedules.map((schedule) => [schedule.name, schedule] as const))('%s', (_, schedule) => {
  const { alpha, sigma, logSnr } = schedule

  it('has a log-SNR that is log α²/σ², falls, and inverts', () => {
    fc.assert(
      fc.property(time, time, (t, u) => {
        expect(logSnr(t)).toBeCloseTo(2 * Math.log(alpha(t) / sigma(t)), 8)
        if (t < u - 1e-6) expect(logSnr(t)).toBeGreaterThan(logSnr(u))
        expect(schedule.timeOfLogSnr(logSnr(t))).toBeCloseTo(t, 10)
        expect(timeOfNoiseLevel(schedule, noiseLevel(schedule, t))).toBeCloseTo(t, 10)
      }),
    )
  })

  it('has the rates that finite differences show', () => {
    const steps = schedule.table?.steps
    fc.assert(
      fc.property(time, (at) => {
        // a table has kinks at its levels: look between them
        const t = steps ? (Math.floor(at * steps) + 0.5) / steps : at
        const h = steps ? 0.001 / steps : 1e-5
        const slope = (f: (t: number) => number) => (f(t + h) - f(t - h)) / (2 * h)
        const near = (value: number, expected: number) =>
          expect(Math.abs(value - expected)).toBeLessThan(2e-4 * Math.max(1e-3, Math.abs(expected)))
        near(schedule.alphaRate(t), slope(alpha))
        near(schedule.sigmaRate(t), slope(sigma))
        near(
          schedule.drift(t),
          slope((u) => Math.log(alpha(u))),
        )
        // g² = dσ²/dt − 2 f σ² = −σ² dλ/dt
        near(schedule.diffusion(t), -(sigma(t) ** 2) * slope(logSnr))
      }),
    )
  })

  it('starts at data and ends at noise', () => {
    // the noise in which embeddings are told apart is there from the start
    if (schedule.name === 'sqrt') expect(sigma(0)).toBeCloseTo(0.1, 12)
    else {
      expect(alpha(0)).toBe(1)
      expect(sigma(0)).toBeLessThanOrEqual(0.01)
    }
    expect(schedule.timeOfLogSnr(Infinity)).toBe(0)
    expect(schedule.timeOfLogSnr(-Infinity)).toBe(1)
    expect(alpha(1) / sigma(1)).toBeLessThan(0.03)
  })
})

it.each(schedules.filter(({ name }) => /cosine|^vp|sqrt|table/.test(name)).map((s) => [s.name, s] as const))(
  '%s preserves variance',
  (_, { alpha, sigma }) => {
    for (const t of [0, 0.001, 0.1, 0.5, 0.9, 0.999, 1]) expect(alpha(t) ** 2 + sigma(t) ** 2).toBeCloseTo(1, 12)
  },
)

it('sqrt is one minus the root of the time, and takes its first noise as an option', () => {
  const { alpha, sigma } = sqrtSchedule()
  for (const t of [0.01, 0.3, 0.99]) expect(alpha(t) ** 2).toBeCloseTo(1 - Math.sqrt(t + 1e-4), 3)
  expect(alpha(1)).toBe(0)
  expect(namedSchedule('sqrt', { sigmaMin: 0.3 }).sigma(0)).toBeCloseTo(0.3, 12)
  expect(sigma(0.5)).toBeLessThan(sqrtSchedule({ sigmaMin: 0.5 }).sigma(0.5))
  expect(() => sqrtSchedule({ sigmaMin: 1 })).toThrow('between 0 and 1')
})
