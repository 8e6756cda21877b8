/** Minutes become steps: training ends within them, and uses them. */
import { describe, expect, test } from 'vitest'
import { deadlineOf, firstPlan, replan, stepsOf } from '../../../src/tools/train/plan.ts'

/** Trains by the clock alone: the milliseconds of each step are given. */
function simulate(minutes: number, pace: (step: number) => number): { step: number; elapsed: number; plans: number[] } {
  const budget = { minutes }
  let plan = firstPlan(budget, 1, 1)
  let [step, elapsed] = [0, 0]
  const plans: number[] = []
  while (step < (plan.total ?? Infinity) && elapsed < deadlineOf(budget)) {
    elapsed += pace(step)
    const next = replan(plan, budget, ++step, elapsed)
    if (next.total !== plan.total) plans.push(next.total!)
    plan = next
  }
  return { step, elapsed, plans }
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

  test('an even pace is planned once', () => {
    expect(simulate(10, () => 50).plans).toEqual([Math.floor(596_000 / 50)])
  })

  test('a plan survives a checkpoint: it is plain JSON', () => {
    const plan = replan(firstPlan({ minutes: 1 }, 8, 100), { minutes: 1 }, 3, 30)
    expect(JSON.parse(JSON.stringify(plan))).toEqual({ since: { step: 3, elapsed: 30 }, passed: 0 })
  })
})

test('steps and epochs say it themselves', () => {
  expect(stepsOf({ steps: 7 }, 64, 1000)).toBe(7)
  expect(stepsOf({ epochs: 2.5 }, 64, 1000)).toBe(40)
  expect(stepsOf({ minutes: 1 }, 64, 1000)).toBeUndefined()
  expect(deadlineOf({ epochs: 1 })).toBe(Infinity)
})
