/** The cosine schedule in continuous time. */
import { clampTime, type Schedule, variancePreserving } from './schedule.ts'

/**
 * The variance-preserving cosine schedule, α_t = cos(π t/2), σ_t = sin(π t/2), so λ_t = −2 log tan(π t/2).
 *
 * - Progressive Distillation for Fast Sampling of Diffusion Models (Salimans & Ho, 2022),
 *   https://arxiv.org/abs/2202.00512
 * - after Improved Denoising Diffusion Probabilistic Models (Nichol & Dhariwal, 2021), whose discrete form with offset
 *   and cap is `cosineBetas`, https://arxiv.org/abs/2102.09672
 */
export function cosineSchedule(): Schedule {
  return variancePreserving({
    name: 'cosine',
    logSnr: (t) => (t >= 1 ? -Infinity : -2 * Math.log(Math.tan((Math.PI / 2) * t))),
    timeOfLogSnr: (l) => clampTime((2 / Math.PI) * Math.atan(Math.exp(-l / 2))),
    logSnrRate: (t) => (-2 * Math.PI) / Math.sin(Math.PI * t),
    alphaRate: (t) => (-Math.PI / 2) * Math.sin((Math.PI / 2) * t),
    sigmaRate: (t) => (Math.PI / 2) * Math.cos((Math.PI / 2) * t),
  })
}
