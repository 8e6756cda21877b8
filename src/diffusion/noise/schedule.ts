/**
 * A noise schedule: how data is perturbed as time runs from 0 (data) to 1 (noise),
 *
 *     x_t = α_t x₀ + σ_t ε,    ε ~ N(0, I),    t ∈ [0, 1].
 *
 * Everything else follows from the two curves. The same marginals solve the stochastic differential equation
 *
 *     dx = f(t) x dt + g(t) dw,    f = d log α / dt,    g² = dσ²/dt − 2 f σ² = −σ² dλ/dt,
 *
 * where λ = log(α²/σ²) is the log signal-to-noise ratio: it only ever falls, and is the natural clock of most solvers.
 * All of this is in double precision.
 *
 * - Score-Based Generative Modeling through Stochastic Differential Equations (Song et al., 2021),
 *   https://arxiv.org/abs/2011.13456
 * - Variational Diffusion Models (Kingma et al., 2021), https://arxiv.org/abs/2107.00630
 */
import { TweedieError } from '../../errors.ts'
import { sigmoid } from './sigmoid.ts'
import type { NoiseTable } from './table.ts'

export { sigmoid }

/** The perturbation x_t = α_t x₀ + σ_t ε and its derivatives; every argument t is a time in [0, 1]. */
export interface Schedule {
  /** What the schedule is called, e.g. `cosine`. */
  readonly name: string
  /** α_t, the factor of the data: about 1 at t = 0, never rising. */
  alpha(t: number): number
  /** σ_t, the standard deviation of the noise: about 0 at t = 0. */
  sigma(t: number): number
  /** λ_t = log(α_t²/σ_t²), falling; +∞ where there is no noise, −∞ where there is no signal. */
  logSnr(t: number): number
  /** The time at which `logSnr` has this value, clamped to [0, 1]. */
  timeOfLogSnr(logSnr: number): number
  /** dα/dt. */
  alphaRate(t: number): number
  /** dσ/dt. */
  sigmaRate(t: number): number
  /** f(t) = d log α/dt, the drift of the forward equation. */
  drift(t: number): number
  /** g²(t), the squared diffusion coefficient of the forward equation. */
  diffusion(t: number): number
  /** The discrete table behind the schedule, if it comes from one. */
  readonly table?: NoiseTable
}

/** The definition of a schedule; α′ and σ′ may be left to the product rule. */
export type ScheduleDefinition = Omit<Schedule, 'alphaRate' | 'sigmaRate'> &
  Partial<Pick<Schedule, 'alphaRate' | 'sigmaRate'>>

/** Completes a definition: α′ = f α and σ′ = (g² + 2 f σ²) / 2σ unless they are given. */
export function defineSchedule(definition: ScheduleDefinition): Schedule {
  const { alpha, sigma, drift, diffusion } = definition
  return Object.freeze({
    alphaRate: (t: number) => drift(t) * alpha(t),
    sigmaRate: (t: number) => (diffusion(t) + 2 * drift(t) * sigma(t) ** 2) / (2 * sigma(t)),
    ...definition,
  })
}

/** A variance-preserving schedule, α² + σ² = 1, is its log-SNR curve: α² = sigmoid(λ), σ² = sigmoid(−λ). */
export function variancePreserving(curve: {
  readonly name: string
  logSnr(t: number): number
  timeOfLogSnr(logSnr: number): number
  /** dλ/dt. */
  logSnrRate(t: number): number
  /** dα/dt and dσ/dt, for schedules where the product rule fails. */
  alphaRate?(t: number): number
  sigmaRate?(t: number): number
  readonly table?: NoiseTable
}): Schedule {
  const { logSnr, logSnrRate, ...rest } = curve
  const sigma = (t: number) => Math.sqrt(sigmoid(-logSnr(t)))
  return defineSchedule({
    ...rest,
    logSnr,
    sigma,
    alpha: (t) => Math.sqrt(sigmoid(logSnr(t))),
    drift: (t) => (sigma(t) ** 2 * logSnrRate(t)) / 2,
    diffusion: (t) => -(sigma(t) ** 2) * logSnrRate(t),
  })
}

/** log(α_t/σ_t) = ½ log-SNR, the clock λ of the exponential integrators. */
export function halfLogSnr(schedule: Schedule, t: number): number {
  return schedule.logSnr(t) / 2
}

/** σ_t/α_t, the noise level of the rescaled data x_t/α_t: what EDM, k-diffusion and diffusers call sigma. */
export function noiseLevel(schedule: Schedule, t: number): number {
  return Math.exp(-schedule.logSnr(t) / 2)
}

/** The time at which σ/α has this value, the inverse of {@link noiseLevel}. */
export function timeOfNoiseLevel(schedule: Schedule, level: number): number {
  return schedule.timeOfLogSnr(-2 * Math.log(level))
}

/** log(1 + e^x) without overflow. */
export function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x))
}

/** Clamps a time to [0, 1], which rounding may have left. */
export function clampTime(t: number): number {
  return Math.min(1, Math.max(0, t))
}

/** Refuses a parameter that is not a positive number. */
export function requirePositive(schedule: string, parameters: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new TweedieError('usage', `${schedule} schedule: ${name} is ${value}, it must be a positive number`)
    }
  }
}
