/**
 * Exponential integrators: in the clock λ = log(α/σ) the linear part of the probability-flow equation (and of the reverse
 * SDE) is integrated exactly, and what is left is an exponential integral of the prediction m,
 *
 *     x_s = a x_t + scale ∫ … m dλ + c z,    h = λ_s − λ_t,
 *
 * | m     | equation | a              | scale           | moments with z = | c                      |
 * |-------|----------|----------------|-----------------|------------------|------------------------|
 * | data  | ODE      | σ_s/σ_t        | α_s             | h                | 0                      |
 * | data  | SDE      | (σ_s/σ_t) e^−h | α_s             | 2h               | σ_s √(1 − e^−2h)       |
 * | noise | ODE      | α_s/α_t        | α_s σ_t/α_t     | −h               | 0                      |
 * | noise | SDE      | α_s/α_t        | 2 α_s σ_t/α_t   | −h               | (α_s σ_t/α_t) √(1 − e^−2h) |
 *
 * - DPM-Solver (Lu et al., 2022), equation 3.4, https://arxiv.org/abs/2206.00927
 * - DPM-Solver++ (Lu et al., 2022), equations 8 and 13, https://arxiv.org/abs/2211.01095
 */
import { halfLogSnr, type Schedule } from '../noise/schedule.ts'
import { exponentialMoments } from './moments.ts'
import { requireSignal } from './requirements.ts'

/** What is integrated: the data or the noise prediction. */
export type Predicted = 'sample' | 'epsilon'

/** A row of the table, for one step. */
export interface ExponentialStep {
  /** h = λ_s − λ_t; infinite if s is clean data. */
  readonly h: number
  /** a. */
  readonly x: number
  /** scale · M_j, the moments of the prediction over the step, for powers of (λ − λ_t)/h. */
  moments(count: number): number[]
  /** c. */
  readonly noise: number
}

/** The numbers of a step from t to s. */
export function exponentialStep(
  schedule: Schedule,
  t: number,
  s: number,
  predict: Predicted,
  equation: 'ode' | 'sde' = 'ode',
): ExponentialStep {
  const h = halfLogSnr(schedule, s) - halfLogSnr(schedule, t)
  const [alphaS, sigmaS, sigmaT] = [schedule.alpha(s), schedule.sigma(s), schedule.sigma(t)]
  // a step to clean data ends in the data prediction, without noise
  const noisy = equation === 'sde' && sigmaS > 0
  const root = noisy ? Math.sqrt(-Math.expm1(-2 * h)) : 0
  if (predict === 'sample') {
    const x = (sigmaS / sigmaT) * (noisy ? Math.exp(-h) : 1)
    return { h, x, moments: scaled(alphaS, noisy ? 2 * h : h), noise: sigmaS * root }
  }
  requireSignal(schedule, t)
  const x = alphaS / schedule.alpha(t)
  return { h, x, moments: scaled(x * sigmaT * (noisy ? 2 : 1), -h), noise: x * sigmaT * root }
}

function scaled(scale: number, z: number) {
  return (count: number) => exponentialMoments(z, count).map((moment) => scale * moment)
}
