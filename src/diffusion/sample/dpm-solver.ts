/**
 * DPM-Solver and DPM-Solver++, multistep, of order 1 to 3, for the probability-flow ODE and for the reverse SDE: an
 * exponential integrator that extrapolates the prediction from its last values.
 *
 * - DPM-Solver (Lu et al., 2022), https://arxiv.org/abs/2206.00927: the noise prediction is extrapolated
 * - DPM-Solver++ (Lu et al., 2022), https://arxiv.org/abs/2211.01095: the data prediction is extrapolated
 */
import { halfLogSnr, type Schedule } from '../noise/schedule.ts'
import { exponentialStep, type Predicted } from './exponential.ts'
import { weightsOfMoments } from './moments.ts'
import { planSteps, type Stage } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/** DPM-Solver's choices; the names in brackets are diffusers'. */
export interface DpmSolverOptions {
  /** 1, 2 (default) or 3 (`solver_order`). Order 1 of the ODE is DDIM. */
  readonly order?: 1 | 2 | 3
  /** What is extrapolated: the data (`dpmsolver++`, default) or the noise (`dpmsolver`) (`algorithm_type`). */
  readonly predict?: Predicted
  /** `ode` (default) or `sde`, which adds the noise of the reverse SDE (`sde-dpmsolver++`). */
  readonly equation?: 'ode' | 'sde'
  /** The first moment at order 2: half the zeroth (`midpoint`, default) or its exact value (`heun`) (`solver_type`). */
  readonly type?: 'midpoint' | 'heun'
  /** Whether the last steps fall back to lower orders; default `auto`. */
  readonly lowerOrderFinal?: LowerOrderFinal
  /**
   * The second moment at order 3: its exact value (`exact`, default) or half of it (`published`), as the authors' code and
   * its ports have it, which measures as order 2.
   */
  readonly curvature?: 'exact' | 'published'
}

/**
 * When a multistep method falls back to lower orders at the end (`lower_order_final`, `euler_at_final`): `always`, `never`,
 * `auto` — if there are fewer than 15 steps — or `euler` — order 1 in the last step alone. A step to clean data is always
 * of order 1.
 */
export type LowerOrderFinal = 'auto' | 'always' | 'never' | 'euler'

/**
 * DPM-Solver(++), multistep: one evaluation a step, whatever the order.
 *
 * | known as | options |
 * |---|---|
 * | DPM++ 2M | `{}` |
 * | DPM++ 2M SDE | `{ equation: 'sde' }` |
 * | DPM++ 3M SDE | `{ order: 3, equation: 'sde' }` |
 * | DPM-Solver-3 | `{ order: 3, predict: 'epsilon' }` |
 */
export function dpmSolver(options: DpmSolverOptions = {}): LinearSampler {
  const { order = 2, predict = 'sample', equation = 'ode', type = 'midpoint' } = options
  const { lowerOrderFinal = 'auto', curvature = 'exact' } = options
  const published = order === 3 && curvature === 'published'
  return defineSampler({
    name: `dpm${predict === 'sample' ? '++' : ''}-${order}m${equation === 'sde' ? '-sde' : ''}`,
    // the noise of a multistep SDE solver leaves it at (weak) order 2
    order: published || equation === 'sde' ? Math.min(2, order) : order,
    stochastic: equation === 'sde',
    evaluations: 1,
    use: equation === 'sde' ? 'more detail than the ODE, 25 steps or more' : 'good images in 10 to 25 steps',
    paper: predict === 'sample' ? 'https://arxiv.org/abs/2211.01095' : 'https://arxiv.org/abs/2206.00927',
    plan: (schedule, times) =>
      planSteps(times, predict, (t, s, i): Stage[] => {
        const now = multistepOrder(schedule, times, i, order, lowerOrderFinal)
        const { h, x, moments, noise } = exponentialStep(schedule, t, s, predict, equation)
        const M = moments(now)
        if (now === 2 && type === 'midpoint') M[1] = M[0]! / 2
        if (now === 3 && published) M[2]! /= 2
        const history = weightsOfMoments(pastNodes(schedule, times, i, now, h), M)
        return [{ evaluate: true, time: s, x, history, ...(noise > 0 && { noise: [noise] }) }]
      }),
  })
}

/** Where the last `count` predictions lie, in units of the step: (λ_{i−k} − λ_i)/h for k = 0, 1 … */
export function pastNodes(schedule: Schedule, times: readonly number[], i: number, count: number, h: number): number[] {
  const now = halfLogSnr(schedule, times[i]!)
  return Array.from({ length: count }, (_, k) => (k === 0 ? 0 : (halfLogSnr(schedule, times[i - k]!) - now) / h))
}

/**
 * The order that step i may have: its history, as far as that began with some signal, the choice for the last steps and a
 * landing on clean data limit it.
 */
export function multistepOrder(
  schedule: Schedule,
  times: readonly number[],
  i: number,
  order: number,
  lowerOrderFinal: LowerOrderFinal,
): number {
  const steps = times.length - 1
  const left = steps - i
  if (schedule.sigma(times[i + 1]!) === 0 || (lowerOrderFinal === 'euler' && left === 1)) return 1
  const lower = lowerOrderFinal === 'always' || (lowerOrderFinal === 'auto' && steps < 15)
  const known = schedule.alpha(times[0]!) === 0 ? Math.max(1, i) : i + 1
  return Math.min(order, known, lower ? left : order)
}
