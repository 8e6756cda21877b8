/** The VP and sub-VP stochastic differential equations with linear β(t). */
import { clampTime, defineSchedule, requirePositive, type Schedule } from './schedule.ts'

/** The range of β(t) = β_min + t (β_max − β_min): rates per unit of time, 1000 times those of a table of 1000 steps. */
export interface BetaRange {
  /** β(0); default 0.1. */
  readonly betaMin?: number
  /** β(1); default 20. */
  readonly betaMax?: number
}

/**
 * The variance-preserving equation dx = −½ β x dt + √β dw, the limit of DDPM's linear table:
 * log α_t = −½ B_t, σ_t² = 1 − e^{−B_t}, with B_t = ∫₀ᵗ β = β_min t + ½ t² (β_max − β_min).
 *
 * Score-Based Generative Modeling through SDEs (Song et al., 2021), equation 29, https://arxiv.org/abs/2011.13456
 */
export function vpSchedule(range: BetaRange = {}): Schedule {
  const { beta, integral, timeOfIntegral } = linearBeta('vp', range)
  return defineSchedule({
    name: 'vp',
    alpha: (t) => Math.exp(-integral(t) / 2),
    sigma: (t) => Math.sqrt(-Math.expm1(-integral(t))),
    logSnr: (t) => -Math.log(Math.expm1(integral(t))),
    timeOfLogSnr: (l) => timeOfIntegral(Math.log1p(Math.exp(-l))),
    drift: (t) => -beta(t) / 2,
    diffusion: beta,
  })
}

/**
 * The sub-VP equation dx = −½ β x dt + √(β (1 − e^{−2B_t})) dw: the mean of VP and a variance that is never larger,
 * α_t = e^{−B_t/2}, σ_t = 1 − e^{−B_t}.
 *
 * Score-Based Generative Modeling through SDEs (Song et al., 2021), equation 29, https://arxiv.org/abs/2011.13456
 */
export function subVpSchedule(range: BetaRange = {}): Schedule {
  const { beta, integral, timeOfIntegral } = linearBeta('sub-vp', range)
  return defineSchedule({
    name: 'sub-vp',
    alpha: (t) => Math.exp(-integral(t) / 2),
    sigma: (t) => -Math.expm1(-integral(t)),
    // α/σ = 1 / (2 sinh(B/2))
    logSnr: (t) => -2 * Math.log(2 * Math.sinh(integral(t) / 2)),
    timeOfLogSnr: (l) => timeOfIntegral(2 * Math.asinh(Math.exp(-l / 2) / 2)),
    drift: (t) => -beta(t) / 2,
    diffusion: (t) => beta(t) * -Math.expm1(-2 * integral(t)),
  })
}

/** β(t), its integral B_t, and the time at which the integral has a given value. */
function linearBeta(name: string, { betaMin = 0.1, betaMax = 20 }: BetaRange) {
  requirePositive(name, { betaMin, betaMax })
  const slope = betaMax - betaMin
  return {
    beta: (t: number) => betaMin + slope * t,
    integral: (t: number) => t * (betaMin + (slope * t) / 2),
    // the root of ½ slope t² + β_min t = B, in the form that does not cancel and allows a slope of 0
    timeOfIntegral: (b: number) =>
      b === Infinity ? 1 : clampTime((2 * b) / (betaMin + Math.sqrt(betaMin ** 2 + 2 * slope * b))),
  }
}
