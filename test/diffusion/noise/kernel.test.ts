import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forwardStep, jump, posteriorStep, priorKl, transition } from '../../../src/diffusion/noise/kernel.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { fold, key, normal } from '../../../src/engine/random/index.ts'
import { schedules } from './schedules.ts'

const times = fc
  .tuple(fc.double({ min: 0.02, max: 0.98, noNaN: true }), fc.double({ min: 0.02, max: 0.98, noNaN: true }))
  .filter(([s, t]) => s < t - 1e-3)
const relative = (value: number, expected: number) =>
  expect(Math.abs(value - expected)).toBeLessThan(1e-9 * Math.max(1e-6, Math.abs(expected)))

describe.each(schedules.map((schedule) => [schedule.name, schedule] as const))('%s', (_, schedule) => {
  it('stepping after jumping is jumping: means and variances compose', () => {
    fc.assert(
      fc.property(times, ([s, t]) => {
        const { scale, variance } = transition(schedule, s, t)
        relative(scale * schedule.alpha(s), schedule.alpha(t))
        relative(scale ** 2 * schedule.sigma(s) ** 2 + variance, schedule.sigma(t) ** 2)
      }),
    )
  })

  it('the way back undoes the step: q(x_s | x₀) is the mean of q(x_s | x_t, x₀) over x_t', () => {
    fc.assert(
      fc.property(times, ([s, t]) => {
        const { posterior } = transition(schedule, s, t)
        relative(posterior.x * schedule.alpha(t) + posterior.sample, schedule.alpha(s))
        relative(posterior.x ** 2 * schedule.sigma(t) ** 2 + posterior.variance, schedule.sigma(s) ** 2)
      }),
    )
  })
})

describe("DDPM's own formulas on its own table", () => {
  const table = namedTable('linear')
  const schedule = tableSchedule(table)

  it.each([1, 10, 487, 999])('μ̃ and β̃ of step %i, in both forms', (i) => {
    const { scale, variance, posterior } = transition(schedule, i / 1000, (i + 1) / 1000)
    const [beta, bar, before] = [table.betas[i]!, table.alphaBar[i]!, table.alphaBar[i - 1]!]
    relative(variance, beta)
    relative(scale, Math.sqrt(1 - beta))
    // equation 7
    relative(posterior.sample, (Math.sqrt(before) * beta) / (1 - bar))
    relative(posterior.x, (Math.sqrt(1 - beta) * (1 - before)) / (1 - bar))
    relative(posterior.variance, (beta * (1 - before)) / (1 - bar))
    // equation 11: with x₀ = (x − √(1 − ᾱ) ε)/√ᾱ the mean is (x − β/√(1 − ᾱ) ε)/√(1 − β)
    relative(posterior.x + posterior.sample / Math.sqrt(bar), 1 / Math.sqrt(1 - beta))
    relative((posterior.sample * Math.sqrt(1 - bar)) / Math.sqrt(bar), beta / Math.sqrt(1 - bar) / Math.sqrt(1 - beta))
  })

  it.each([
    [487, 0.00979],
    [999, 0.02],
  ])('β̃ of step %i is %f, as published', (i, expected) => {
    expect(transition(schedule, i / 1000, (i + 1) / 1000).posterior.variance).toBeCloseTo(expected, 5)
  })

  it('the chain of 1000 small steps and one jump agree in distribution', () => {
    const count = 4000
    const sample = new Float64Array(count).fill(0.7)
    let x: Float64Array = sample.slice()
    for (let i = -1; i < 199; i++) {
      x = forwardStep(schedule, (i + 1) / 1000, (i + 2) / 1000, x, normal(fold(key(1), i), x.slice()))
    }
    const jumped = jump(schedule, 0.2, sample, normal(key(2), sample.slice()))
    const back = posteriorStep(
      schedule,
      0.4,
      0.2,
      jump(schedule, 0.4, sample, normal(key(3), x.slice())),
      sample,
      normal(key(4), x.slice()),
    )
    for (const values of [x, jumped, back]) {
      const mean = values.reduce((sum, v) => sum + v, 0) / count
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / count
      expect(Math.abs(mean - 0.7 * schedule.alpha(0.2))).toBeLessThan((4 * schedule.sigma(0.2)) / Math.sqrt(count))
      expect(Math.abs(variance / schedule.sigma(0.2) ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / count))
    }
  })
})

it('D_KL to the prior is 0 for a standard normal and positive otherwise', () => {
  const schedule = tableSchedule(namedTable('linear'))
  expect(priorKl(schedule, 0.5, 1)).toBeGreaterThan(0)
  expect(priorKl({ ...schedule, alpha: () => 0, sigma: () => 1 }, 1, 1)).toBe(0)
})

it('refuses to step backwards', () => {
  expect(() => transition(schedules[0]!, 0.5, 0.5)).toThrow('no transition')
})
