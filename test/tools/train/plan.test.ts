/** Minutes become steps: training ends within them, and uses them, and the learning rate comes down in one piece. */
import { assert, constantFrom, double, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { plannedRate } from '../../../src/tools/train/learning-rate.ts'
import { deadlineOf, firstPlan, replan, stepsOf } from '../../../src/tools/train/plan.ts'
import type { BaseSpec } from '../../../src/tools/train/spec.ts'

const optimizer = { rate: 1, warmup: 5, decay: 'cosine', weightDecay: 0, clipNorm: 1, ema: 0 } as const

/** Trains by the clock alone: the milliseconds of each step are given, by its number or by the time. */
function simulate(minutes: number, pace: (step: number, elapsed: number) => number) {
  const spec: BaseSpec = { seed: 0, batch: 1, budget: { minutes }, network: { className: '', config: {} }, optimizer }
  let plan = firstPlan(spec.budget, 1, 1)
  let [step, elapsed] = [0, 0]
  const plans: number[] = []
  const rates: number[] = []
  while (step < (plan.total ?? Infinity) && elapsed < deadlineOf(spec.budget)) {
    rates.push(plannedRate(spec, plan)(step))
    elapsed += pace(step, elapsed)
    const next = replan(plan, spec.budget, ++step, elapsed, optimizer.warmup)
    if (next.total !== plan.total) plans.push(next.total!)
    plan = next
  }
  return { step, elapsed, plans, rates }
}

/** How much a learning rate rises at most from one step to the next, its warm-up aside. */
function largestRise(rates: readonly number[]): number {
  return rates.reduce(
    (most, rate, i) => (i < 6 || i > rates.length - 6 ? most : Math.max(most, rate - rates[i - 1]!)),
    0,
  )
}

describe('minutes', () => {
  test.each([
    ['even', () => 50],
    ['with a slow start', (step: number) => (step < 3 ? 4000 : 50)],
    ['slower half way', (step: number) => (step < 5000 ? 40 : 65)],
    ['faster half way', (step: number) => (step < 4000 ? 65 : 40)],
    ['slow', () => 9000],
  ])('%s: all but the reserve is used, and no more', (_, pace) => {
    const { elapsed } = simulate(10, pace)
    expect(elapsed).toBeLessThan(600_000)
    expect(elapsed).toBeGreaterThan(0.93 * 600_000)
  })

  test.each([
    ['an even pace', () => 50],
    ['half the pace after a third', (_: number, elapsed: number) => (elapsed < 200_000 ? 50 : 100)],
    ['half the pace near the end', (_: number, elapsed: number) => (elapsed < 560_000 ? 50 : 100)],
    ['twice the pace after a third', (_: number, elapsed: number) => (elapsed < 200_000 ? 50 : 25)],
    ['twice the pace near the end', (_: number, elapsed: number) => (elapsed < 560_000 ? 50 : 25)],
    ['a pace that falls all the time', (_: number, elapsed: number) => 30 + elapsed / 10_000],
    ['a second lost every hundred steps', (step: number) => (step % 100 === 50 ? 1000 : 40)],
    ['three long waits', (step: number) => ([200, 3000, 8000].includes(step) ? 15_000 : 40)],
  ])('%s: the time is used to 1 %%, and the learning rate is at its end', (_, pace) => {
    const { elapsed, rates } = simulate(10, pace)
    expect(elapsed).toBeLessThan(600_000)
    expect(elapsed).toBeGreaterThan(0.99 * deadlineOf({ minutes: 10 }))
    expect(rates.at(-1)).toBeLessThan(1e-3)
    expect(largestRise(rates)).toBe(0)
    // In one piece: no step falls by more than a cosine of a few hundred steps does.
    expect(largestRise(rates.toReversed())).toBeLessThan(0.01)
  })

  test('whatever the pace does, the end is in time and the learning rate falls only', () => {
    const change = double({ min: 0.3, max: 3, noNaN: true })
    assert(
      property(
        change,
        change,
        double({ min: 0.05, max: 0.9, noNaN: true }),
        constantFrom(7, 40, 900),
        (a, b, at, ms) => {
          const first = at * 300_000
          const pace = (_: number, now: number): number => ms * (now < first ? 1 : now < first + 100_000 ? a : a * b)
          const { elapsed, rates } = simulate(5, pace)
          expect(elapsed).toBeLessThan(300_000 + ms * 9)
          expect(elapsed).toBeGreaterThan(0.9 * 300_000)
          expect(largestRise(rates)).toBe(0)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('an even pace is planned once', () => {
    expect(simulate(10, () => 50).plans).toEqual([Math.floor(596_000 / 50)])
  })

  test('a plan survives a checkpoint: it is plain JSON', () => {
    const plan = replan(firstPlan({ minutes: 1 }, 8, 100), { minutes: 1 }, 3, 30)
    expect(JSON.parse(JSON.stringify(plan))).toEqual({ since: { step: 3, elapsed: 30 } })
  })

  test('more minutes for a run that has ended go on where half of them leave the learning rate', () => {
    const plan = firstPlan({ minutes: 2 }, 8, 100, { step: 1000, elapsed: deadlineOf({ minutes: 2 }) / 2 })
    const spec: BaseSpec = {
      seed: 0,
      batch: 1,
      budget: { minutes: 2 },
      network: { className: '', config: {} },
      optimizer,
    }
    expect(plannedRate(spec, plan)(1000)).toBeCloseTo(0.5, 10)
  })
})

test('steps and epochs say it themselves', () => {
  expect(stepsOf({ steps: 7 }, 64, 1000)).toBe(7)
  expect(stepsOf({ epochs: 2.5 }, 64, 1000)).toBe(40)
  expect(stepsOf({ minutes: 1 }, 64, 1000)).toBeUndefined()
  expect(deadlineOf({ epochs: 1 })).toBe(Infinity)
})
