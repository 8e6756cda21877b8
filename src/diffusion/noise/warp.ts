/** Schedules made from others by running their clock differently. */
import { requirePositive, type Schedule } from './schedule.ts'

/**
 * Shifts the noise level by a constant factor, σ/α → factor · σ/α, so λ → λ − 2 log factor: images of twice the side need
 * twice the noise to be as unreadable. On rectified flow this is t → factor t / (1 + (factor − 1) t).
 *
 * - simple diffusion (Hoogeboom et al., 2023), https://arxiv.org/abs/2301.11093
 * - Scaling Rectified Flow Transformers (Esser et al., 2024), section 5.3.2, https://arxiv.org/abs/2403.03206
 *
 * @param factor above 1 for more noise; for images of side d and a schedule made for side 64, d/64
 */
export function shifted(schedule: Schedule, factor: number): Schedule {
  requirePositive(schedule.name, { factor })
  const shift = 2 * Math.log(factor)
  return warped(
    `${schedule.name}, shifted by ${factor}`,
    schedule,
    (t) => schedule.timeOfLogSnr(schedule.logSnr(t) - shift),
    (u) => schedule.timeOfLogSnr(schedule.logSnr(u) + shift),
  )
}

/**
 * A schedule run by another clock: at time t it is where `schedule` is at time `to(t)`.
 *
 * @param to a rising map of [0, 1] onto itself
 * @param from its inverse
 */
export function warped(
  name: string,
  schedule: Schedule,
  to: (t: number) => number,
  from: (u: number) => number,
): Schedule {
  /** du/dt by a central difference that stays within [0, 1]. */
  const rate = (t: number) => {
    const h = 1e-6
    const [low, high] = [Math.max(0, t - h), Math.min(1, t + h)]
    return (to(high) - to(low)) / (high - low)
  }
  return Object.freeze({
    name,
    alpha: (t: number) => schedule.alpha(to(t)),
    sigma: (t: number) => schedule.sigma(to(t)),
    logSnr: (t: number) => schedule.logSnr(to(t)),
    timeOfLogSnr: (l: number) => from(schedule.timeOfLogSnr(l)),
    alphaRate: (t: number) => schedule.alphaRate(to(t)) * rate(t),
    sigmaRate: (t: number) => schedule.sigmaRate(to(t)) * rate(t),
    drift: (t: number) => schedule.drift(to(t)) * rate(t),
    diffusion: (t: number) => schedule.diffusion(to(t)) * rate(t),
  })
}
