/**
 * The forward process as a Markov chain, between any two times s < t:
 *
 *     q(x_t | x₀)      = N(α_t x₀, σ_t² I)                       the jump
 *     q(x_t | x_s)     = N(α_{t|s} x_s, σ_{t|s}² I)              the step: α_{t|s} = α_t/α_s, σ_{t|s}² = σ_t² − α_{t|s}² σ_s²
 *     q(x_s | x_t, x₀) = N(μ̃, β̃ I)                               the way back when the data is known
 *     μ̃ = (α_{t|s} σ_s²/σ_t²) x_t + (α_s σ_{t|s}²/σ_t²) x₀,     β̃ = σ_{t|s}² σ_s²/σ_t²
 *
 * - Deep Unsupervised Learning using Nonequilibrium Thermodynamics (Sohl-Dickstein et al., 2015),
 *   https://arxiv.org/abs/1503.03585
 * - Denoising Diffusion Probabilistic Models (Ho et al., 2020), equations 4 to 7, https://arxiv.org/abs/2006.11239
 */
import { TweedieError } from '../../errors.ts'
import type { FloatArray } from '../../engine/random/index.ts'
import type { Schedule } from './schedule.ts'

/** What happens between times s and t, as numbers. */
export interface Transition {
  /** α_{t|s}, the factor of x_s in x_t. */
  readonly scale: number
  /** σ_{t|s}², the variance of x_t given x_s (DDPM's β). */
  readonly variance: number
  /** q(x_s | x_t, x₀). */
  readonly posterior: {
    /** The factor of x_t in μ̃. */
    readonly x: number
    /** The factor of x₀ in μ̃. */
    readonly sample: number
    /** β̃. */
    readonly variance: number
  }
}

/** The numbers of the step from s to t and of the way back, for s < t. */
export function transition(schedule: Schedule, s: number, t: number): Transition {
  if (!(s < t))
    throw new TweedieError('usage', `no transition from time ${s} to ${t}: noise is only added as time rises`)
  const [alphaS, sigmaS] = [schedule.alpha(s), schedule.sigma(s)]
  const [alphaT, sigmaT] = [schedule.alpha(t), schedule.sigma(t)]
  const scale = alphaT / alphaS
  // (α_{t|s} σ_s/σ_t)² = e^{λ_t − λ_s}, so the variance does not cancel when s and t are close
  const added = -Math.expm1(schedule.logSnr(t) - schedule.logSnr(s))
  return {
    scale,
    variance: sigmaT ** 2 * added,
    posterior: { x: (scale * sigmaS ** 2) / sigmaT ** 2, sample: alphaS * added, variance: sigmaS ** 2 * added },
  }
}

/** x_t = α_t x₀ + σ_t ε. */
export function jump<T extends FloatArray>(
  schedule: Schedule,
  t: number,
  sample: T,
  noise: FloatArray,
  out = copy(sample),
): T {
  return sum(out, schedule.alpha(t), sample, schedule.sigma(t), noise)
}

/** x_t = α_{t|s} x_s + σ_{t|s} ε. */
export function forwardStep<T extends FloatArray>(
  schedule: Schedule,
  s: number,
  t: number,
  x: T,
  noise: FloatArray,
  out = copy(x),
): T {
  const { scale, variance } = transition(schedule, s, t)
  return sum(out, scale, x, Math.sqrt(variance), noise)
}

/** A draw of q(x_s | x_t, x₀): μ̃ + √β̃ ε. */
export function posteriorStep<T extends FloatArray>(
  schedule: Schedule,
  t: number,
  s: number,
  x: T,
  sample: FloatArray,
  noise: FloatArray,
  out = copy(x),
): T {
  const { posterior } = transition(schedule, s, t)
  sum(out, posterior.x, x, posterior.sample, sample)
  return sum(out, 1, out, Math.sqrt(posterior.variance), noise)
}

/**
 * D_KL(q(x_t | x₀) ‖ N(0, I)) = ½ Σ (α² x₀² + σ² − 1 − log σ²), in nats: how far the noisiest state is from the prior.
 *
 * @param meanSquare the mean of x₀² over the elements
 * @param size the number of elements
 */
export function priorKl(schedule: Schedule, t: number, meanSquare: number, size = 1): number {
  const square = schedule.alpha(t) ** 2
  const variance = schedule.sigma(t) ** 2
  return (size / 2) * (square * meanSquare + (variance - 1) - Math.log(variance))
}

function sum<T extends FloatArray>(out: T, a: number, x: FloatArray, b: number, y: FloatArray): T {
  for (let i = 0; i < out.length; i++) out[i] = a * x[i]! + b * y[i]!
  return out
}

function copy<T extends FloatArray>(x: T): T {
  return x.slice() as T
}
