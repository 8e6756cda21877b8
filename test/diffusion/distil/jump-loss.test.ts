/** The loss of few steps against closed forms: Gaussian data, whose posterior mean and probability flow are linear in the state. */
import { describe, expect, it } from 'vitest'
import { nestedTimes } from '../../../src/diffusion/distil/clock.ts'
import { jumpCoefficients, jumpInputs } from '../../../src/diffusion/distil/coefficients.ts'
import { type FewSteps, jumpAt, teacherSteps } from '../../../src/diffusion/distil/few-steps.ts'
import { ddimWeights } from '../../../src/diffusion/distil/jump.ts'
import { jumpLoss, type Predictor } from '../../../src/diffusion/distil/jump-loss.ts'
import { type Objective, objectiveOf } from '../../../src/diffusion/denoise/objective-spec.ts'
import { viewOf } from '../../../src/diffusion/denoise/parametrisation.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import type { Schedule } from '../../../src/diffusion/noise/schedule.ts'
import { add, gradients, input, mul, reshape, type Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { fold, key, normal } from '../../../src/engine/random/index.ts'

/** The standard deviation of the data. */
const spread = 0.6
const schedule = cosineSchedule()
const objective = objectiveOf({ parametrisation: 'v', weighting: 'simple' }, schedule)
const n = 32

/** The factor of x_t in E[x₀ | x_t]. */
function posteriorGain({ alpha, sigma }: Schedule, t: number): number {
  return (alpha(t) * spread ** 2) / (alpha(t) ** 2 * spread ** 2 + sigma(t) ** 2)
}

/** Inputs by name: gradients are those of one node. */
const gains = new Map<string, Tensor>()

function gainInput(name: string): Tensor {
  const known = gains.get(name) ?? input(name, [n])
  gains.set(name, known)
  return known
}

/** A predictor whose mean is a multiple of the state; the multiples are inputs by the name of its times. */
const linear =
  (who: string): Predictor =>
  (x, t) =>
    mul(reshape(gainInput(`${who}:${nameOf(t)}`), [n, 1]), x)

const nameOf = (t: Tensor): string => (t.op === 'input' ? t.attributes.name : '?')

/** What a prediction m is of the state, for a mean that is `gain` times the state. */
function predicted({ parametrisation }: Objective, t: number, gain: number): number {
  const { x, mean } = viewOf(parametrisation, schedule, t)
  return x + mean * gain
}

/** The factor of the mean that jumps from t to `end` in steps of the exact denoiser along these times. */
function jumpGain(times: readonly number[]): number {
  const [t, end] = [times[0]!, times.at(-1)!]
  if (t === end) return 0
  let factor = 1
  times.slice(1).forEach((s, j) => {
    const { state, mean } = ddimWeights(schedule, times[j]!, s)
    factor *= state + mean * posteriorGain(schedule, times[j]!)
  })
  const { state, mean } = ddimWeights(schedule, t, end)
  return (factor - state) / mean
}

/** Loss and feeds for n items, whose student jumps by the gains that `gainOf` makes of a time and its end. */
function problem(few: FewSteps, gainOf: (t: number, end: number) => number, taught = true) {
  const [follows, goesOn] = [teacherSteps(few), few.method === 'consistency']
  const names = jumpInputs(follows, goesOn)
  const feeds: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]))
  const put = (name: string, value: number): void => void (feeds[name] ??= []).push(value)
  for (let i = 0; i < n; i++) {
    const jump = jumpAt(few, schedule, (i + 0.5) / n, 0)
    jumpCoefficients(objective, jump, goesOn).forEach((value, k) => put(names[k]!, value))
    const [start, last] = [jump.times[0]!, jump.times.at(-1)!]
    put('student:t', predicted(objective, start, gainOf(start, jump.end)))
    const on = last > jump.end ? last : start
    put('student:onward.t', predicted(objective, on, last > jump.end ? gainOf(on, jump.end) : 0))
    jump.times.slice(0, -1).forEach((t, j) => {
      put(`teacher:teacher${j}.t`, predicted(objective, t, posteriorGain(schedule, t)))
    })
  }
  const x0 = normal(fold(key(1), 'data'), new Float64Array(n)).map((z) => spread * z)
  const epsilon = normal(fold(key(1), 'noise'), new Float64Array(n))
  const graph = jumpLoss([1], n, {
    student: linear('student'),
    ...(taught && { teacher: linear('teacher') }),
    teacherSteps: follows,
    goesOn,
  })
  return { graph, feeds: { ...feeds, x0, epsilon } as Record<string, ArrayLike<number>> }
}

/** All grid times from t down to `end`. */
const along = (grid: readonly number[], t: number, end: number): number[] => grid.filter((s) => s <= t && s >= end)

const lossOf = ({ graph, feeds }: ReturnType<typeof problem>): number => evaluate([graph.loss], feeds)[0].data[0]!

describe.each([1, 2, 4])('consistency distillation in %i segments', (steps) => {
  const few: FewSteps = { method: 'consistency', steps, grid: { first: 16, last: 16, every: 1 } }
  const grid = nestedTimes(schedule, 16)
  const exact = (t: number, end: number): number => jumpGain(along(grid, t, end))

  it('the jumps that the teacher’s own steps make have no loss, and others do', () => {
    expect(lossOf(problem(few, exact))).toBeLessThan(1e-24)
    expect(lossOf(problem(few, (t, end) => exact(t, end) + 0.05))).toBeGreaterThan(1e-5)
  })

  it('the gradient is that of the student’s own jump, by finite differences; what it goes on with is a constant', () => {
    const off = problem(few, (t, end) => exact(t, end) + 0.1 * t)
    const inputs = ['student:t', 'student:onward.t'].map(gainInput)
    const [slope, none] = evaluate(gradients(off.graph.loss, inputs), off.feeds)
    expect(none!.data.every((each) => each === 0)).toBe(true)
    const h = 1e-5
    for (const i of [0, 7, 20, n - 1]) {
      const moved = (by: number): number => {
        const changed = Float64Array.from(off.feeds['student:t']!)
        changed[i]! += by
        return evaluate([off.graph.loss], { ...off.feeds, 'student:t': changed })[0].data[0]!
      }
      expect(slope!.data[i]).toBeCloseTo((moved(h) - moved(-h)) / (2 * h), 8)
    }
  })
})

it('the probability flow itself has a loss that vanishes with the square of the step, as DDIM’s error of a step does', () => {
  const marginal = (t: number): number => Math.hypot(schedule.alpha(t) * spread, schedule.sigma(t))
  const flow = (t: number, end: number): number => {
    const { state, mean } = ddimWeights(schedule, t, end)
    return (marginal(end) / marginal(t) - state) / mean
  }
  const [coarse, fine] = [32, 64].map((last) =>
    lossOf(problem({ method: 'consistency', steps: 1, grid: { first: last, last, every: 1 } }, flow)),
  )
  // the target is off by O(h²), its square by O(h⁴)
  expect(Math.log2(coarse! / fine!)).toBeGreaterThan(3)
})

describe.each([2, 4])('progressive distillation of %i steps into one', (each) => {
  const few: FewSteps = { method: 'progressive', steps: 4, grid: { first: 4 * each, last: 4 * each, every: 1 } }
  const grid = nestedTimes(schedule, 4 * each)
  const exact = (t: number, end: number): number => jumpGain(along(grid, t, end))

  it('the jump over the teacher’s steps has no loss, and the teacher’s own mean does', () => {
    expect(lossOf(problem(few, exact))).toBeLessThan(1e-24)
    expect(lossOf(problem(few, (t) => posteriorGain(schedule, t)))).toBeGreaterThan(1e-5)
  })
})

it('without a teacher the data take its place: z is α_u x₀ + σ_u ε', () => {
  const few: FewSteps = { method: 'consistency', steps: 1, grid: { first: 8, last: 8, every: 1 } }
  const made = problem(few, () => 0.3, false)
  const { x0, epsilon } = made.feeds
  const byHand = Array.from({ length: n }, (_, i) => {
    const { times, end } = jumpAt(few, schedule, (i + 0.5) / n, 0)
    const [t, u] = times as [number, number]
    const [xt, xu] = [t, u].map((s) => schedule.alpha(s) * x0![i]! + schedule.sigma(s) * epsilon![i]!)
    const target = u > end ? 0.3 * xu! : x0![i]!
    return (viewOf('v', schedule, t).mean * (0.3 * xt! - target)) ** 2
  })
  expect(lossOf(made)).toBeCloseTo(byHand.reduce((sum, value) => sum + value, 0) / n, 12)
})

it('a teacher that is told its estimates is told them: of the same state at first, then of the step before', () => {
  const few: FewSteps = { method: 'progressive', steps: 2, grid: { first: 4, last: 4, every: 1 } }
  const { feeds } = problem(few, () => 0.3)
  const telling: Predictor = (x, t, estimate) => {
    const untold = linear('teacher')(x, t)
    return estimate ? add(untold, mul(estimate, 0.125)) : untold
  }
  const options = { student: linear('student'), teacher: telling, teacherSteps: 2, goesOn: false }
  const lossWith = (recalls: boolean): number =>
    evaluate([jumpLoss([1], n, { ...options, recalls }).loss], feeds)[0].data[0]!
  const { x0, epsilon } = feeds
  const byHand = (told: number): number => {
    const errors = Array.from({ length: n }, (_, i) => {
      const { times, end } = jumpAt(few, schedule, (i + 0.5) / n, 0)
      const [t, u] = times as [number, number]
      const [first, second, whole] = [
        ddimWeights(schedule, t, u),
        ddimWeights(schedule, u, end),
        ddimWeights(schedule, t, end),
      ]
      const meanOf = (x: number, s: number, estimate: number): number =>
        posteriorGain(schedule, s) * x + (told * estimate) / viewOf('v', schedule, s).mean
      const xt = schedule.alpha(t) * x0![i]! + schedule.sigma(t) * epsilon![i]!
      const before = meanOf(xt, t, meanOf(xt, t, 0))
      const xu = first.state * xt + first.mean * before
      const ended = second.state * xu + second.mean * meanOf(xu, u, before)
      const target = (ended - whole.state * xt) / whole.mean
      return (viewOf('v', schedule, t).mean * (0.3 * xt - target)) ** 2
    })
    return errors.reduce((sum, value) => sum + value, 0) / n
  }
  expect(lossWith(true)).toBeCloseTo(byHand(0.125), 12)
  expect(lossWith(false)).toBeCloseTo(byHand(0), 12)
  expect(Math.abs(byHand(0.125) - byHand(0))).toBeGreaterThan(1e-3)
})

it('a teacher’s mean is clipped where its sampler clips it; Huber’s distance is less than the square root', () => {
  const few: FewSteps = { method: 'progressive', steps: 1, grid: { first: 2, last: 2, every: 1 } }
  const { feeds } = problem(few, () => 0)
  const zero: Predictor = (x) => mul(x, 0)
  const far: Predictor = (x) => mul(x, 1e3)
  const options = { student: zero, teacher: far, teacherSteps: 2, goesOn: false }
  const [wide, narrow, huber] = [{}, { clip: [-1, 1] as const }, { clip: [-1, 1] as const, huber: 0.1 }].map(
    (more) => evaluate([jumpLoss([1], n, { ...options, ...more }).itemLoss], feeds)[0].data,
  )
  // at t = 1 v is −x₀ where no signal is left: |v|² is at most 1 where x₀ is at most 1
  expect(Math.max(...narrow!)).toBeLessThan(1.2)
  expect(Math.max(...wide!)).toBeGreaterThan(100)
  narrow!.forEach((square, i) => expect(huber![i]).toBeCloseTo(Math.sqrt(square + 0.01) - 0.1, 6))
})
