/**
 * DPM-Solver and DPM-Solver++, multistep, of order 1 to 3, for the probability-flow ODE and for the reverse SDE.
 *
 * In the clock λ = log(α/σ) the linear part of the equation is integrated exactly; what is left is an exponential
 * integral of the network's prediction m, whose Taylor terms D₁, D₂ are differences of earlier predictions:
 *
 *     x_s = a x_t + c₀ m₀ + c₁ D₁ + c₂ D₂ + c z,    c_k = scale · I_k,    I_k = ∫₀ʰ r e^{−r(h−u)} (u/h)ᵏ du,    h = λ_s − λ_t
 *
 * |            | r  | a               | scale | c                 |
 * |------------|----|-----------------|-------|-------------------|
 * | data, ODE  | 1  | σ_s/σ_t         | α_s   | 0                 |
 * | data, SDE  | 2  | (σ_s/σ_t) e^−h  | α_s   | σ_s √(1 − e^−2h)  |
 * | noise, ODE | −1 | α_s/α_t         | σ_s   | 0                 |
 * | noise, SDE | −1 | α_s/α_t         | 2 σ_s | σ_s √(e^2h − 1)   |
 *
 * - DPM-Solver (Lu et al., 2022), https://arxiv.org/abs/2206.00927: m is the noise prediction
 * - DPM-Solver++ (Lu et al., 2022), https://arxiv.org/abs/2211.01095: m is the data prediction
 */
import { type Schedule, halfLogSnr } from '../noise/schedule.ts'
import { planSteps, type Stage } from './plan.ts'
import { defineSampler, type LinearSampler } from './sampler.ts'

/** DPM-Solver's choices; the names in brackets are diffusers'. */
export interface DpmSolverOptions {
  /** 1, 2 (default) or 3 (`solver_order`). Order 1 of the ODE is DDIM. */
  readonly order?: 1 | 2 | 3
  /** What is extrapolated: the data (`dpmsolver++`, default) or the noise (`dpmsolver`) (`algorithm_type`). */
  readonly predict?: 'sample' | 'epsilon'
  /** `ode` (default) or `sde`, which adds the noise of the reverse SDE (`sde-dpmsolver++`). */
  readonly equation?: 'ode' | 'sde'
  /** How order 2 weighs D₁: c₁ = c₀/2 (`midpoint`, default), or the integral itself (`heun`) (`solver_type`). */
  readonly type?: 'midpoint' | 'heun'
  /**
   * Whether the last steps fall back to lower orders (`lower_order_final`, `euler_at_final`): `always`, `never`, `auto` —
   * if there are fewer than 15 steps (default) — or `euler` — the last step alone. A step to clean data is always Euler's.
   */
  readonly lowerOrderFinal?: LowerOrderFinal
  /**
   * Order 3: `exact` (default) weighs D₂ as Taylor's formula does; `published` weighs it half, as the authors' code and its
   * ports do, which measures as order 2.
   */
  readonly curvature?: 'exact' | 'published'
}

/** When a multistep method falls back to lower orders at the end. */
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
  return defineSampler({
    name: `dpm${predict === 'sample' ? '++' : ''}-${order}m${equation === 'sde' ? '-sde' : ''}`,
    order,
    stochastic: equation === 'sde',
    evaluations: 1,
    use:
      equation === 'sde' ? 'more detail than the ODE, 25 steps or more' : 'the default: good images in 10 to 25 steps',
    paper: predict === 'sample' ? 'https://arxiv.org/abs/2211.01095' : 'https://arxiv.org/abs/2206.00927',
    plan(schedule, times) {
      const clock = times.map((t) => halfLogSnr(schedule, t))
      return planSteps(times, predict, (t, s, i): Stage[] => {
        const now = multistepOrder(schedule, times, i, order, lowerOrderFinal)
        const h = clock[i + 1]! - clock[i]!
        const { x, scale, rate, noise } = equations[`${predict}-${equation}`](schedule, t, s, h)
        const integrals = exponentialIntegrals(rate * h, now)
        if (now === 2 && type === 'midpoint') integrals[1] = integrals[0]! / 2
        if (now === 3 && curvature === 'published') integrals[2]! /= 2
        const terms = taylorTerms(Array.from({ length: now - 1 }, (_, k) => (clock[i - k]! - clock[i - k - 1]!) / h))
        const history = terms[0]!.map((_, k) => scale * integrals.reduce((sum, I, j) => sum + I * terms[j]![k]!, 0))
        return [{ evaluate: true, time: s, x, history, ...(noise > 0 && { noise: [noise] }) }]
      })
    },
  })
}

/** The order that step i may have: its history, the options and a landing on clean data limit it. */
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
  return Math.min(order, i + 1, lower ? left : order)
}

/** a, scale, r and c of the table above. */
const equations: Record<string, (schedule: Schedule, t: number, s: number, h: number) => Equation> = {
  'sample-ode': (schedule, t, s) => ({
    x: schedule.sigma(s) / schedule.sigma(t),
    scale: schedule.alpha(s),
    rate: 1,
    noise: 0,
  }),
  'sample-sde': (schedule, t, s, h) => ({
    x: (schedule.sigma(s) / schedule.sigma(t)) * Math.exp(-h),
    scale: schedule.alpha(s),
    rate: 2,
    noise: schedule.sigma(s) * Math.sqrt(-Math.expm1(-2 * h)),
  }),
  'epsilon-ode': (schedule, t, s) => ({
    x: schedule.alpha(s) / schedule.alpha(t),
    scale: schedule.sigma(s),
    rate: -1,
    noise: 0,
  }),
  'epsilon-sde': (schedule, t, s, h) => ({
    x: schedule.alpha(s) / schedule.alpha(t),
    scale: 2 * schedule.sigma(s),
    rate: -1,
    noise: schedule.sigma(s) * Math.sqrt(Math.expm1(2 * h)),
  }),
}

interface Equation {
  readonly x: number
  readonly scale: number
  readonly rate: number
  readonly noise: number
}

/** I_k = ∫₀¹ z e^{−z(1−v)} vᵏ dv for k < count, by parts: I_0 = 1 − e^{−z}, I_k = 1 − (k/z) I_{k−1}. */
export function exponentialIntegrals(z: number, count: number): number[] {
  const integrals = [-Math.expm1(-z)]
  for (let k = 1; k < count; k++) integrals.push(1 - (k / z) * integrals[k - 1]!)
  return integrals
}

/**
 * The Taylor terms m₀, D₁ = h m′ and D₂ = ½ h² m″ of the prediction at the step's start, as weights of m₀, m₋₁, m₋₂.
 *
 * @param ratios r_k, the lengths of the earlier steps in units of h, the latest first; none for order 1, up to two
 */
export function taylorTerms(ratios: readonly number[]): number[][] {
  const [r0, r1] = ratios
  if (r0 === undefined) return [[1]]
  if (r1 === undefined)
    return [
      [1, 0],
      [1 / r0, -1 / r0],
    ]
  const near = [1 / r0, -1 / r0, 0]
  const far = [0, 1 / r1, -1 / r1]
  const curve = near.map((value, k) => (value - far[k]!) / (r0 + r1))
  return [[1, 0, 0], near.map((value, k) => value + r0 * curve[k]!), curve]
}
