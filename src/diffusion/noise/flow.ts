/** Rectified flow: straight lines between data and noise. */
import { clampTime, defineSchedule, type Schedule } from './schedule.ts'

/**
 * Straight paths x_t = (1 − t) x₀ + t ε, whose velocity ε − x₀ does not depend on time.
 *
 * - Flow Straight and Fast: Learning to Generate and Transfer Data with Rectified Flow (Liu et al., 2022),
 *   https://arxiv.org/abs/2209.03003
 * - Flow Matching for Generative Modeling (Lipman et al., 2022), https://arxiv.org/abs/2210.02747 (time runs the other way)
 */
export function rectifiedFlow(): Schedule {
  return defineSchedule({
    name: 'rectified-flow',
    alpha: (t) => 1 - t,
    sigma: (t) => t,
    logSnr: (t) => 2 * Math.log((1 - t) / t),
    timeOfLogSnr: (l) => clampTime(1 / (1 + Math.exp(l / 2))),
    alphaRate: () => -1,
    sigmaRate: () => 1,
    drift: (t) => -1 / (1 - t),
    diffusion: (t) => (2 * t) / (1 - t),
  })
}
