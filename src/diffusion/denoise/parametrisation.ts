/**
 * What a network predicts. Every usual target is linear in the clean data and the noise,
 *
 *     m = a(t) x₀ + b(t) ε,
 *
 * so a parametrisation is two numbers per time, and with x_t = α x₀ + σ ε each target converts into each other one:
 *
 *     x₀ = (σ m − b x_t) / (a σ − b α),    ε = (α m − a x_t) / (b α − a σ).
 */
import { TweedieError } from '../../errors.ts'
import type { Schedule } from '../noise/schedule.ts'
import { type FloatArray, emptyLike } from './denoiser.ts'

/** The weights of clean data and noise in a prediction. */
export interface PredictionWeights {
  /** a(t), the weight of x₀. */
  readonly sample: number
  /** b(t), the weight of ε. */
  readonly noise: number
}

/** A quantity m = a(t) x₀ + b(t) ε that a network can be trained to predict. */
export interface Parametrisation {
  readonly name: string
  weights(schedule: Schedule, t: number): PredictionWeights
}

/** The parametrisations that need nothing but a schedule. */
export const parametrisations = Object.freeze({
  /** The noise ε. Denoising Diffusion Probabilistic Models (Ho et al., 2020), https://arxiv.org/abs/2006.11239 */
  epsilon: define('epsilon', () => [0, 1]),
  /** The clean data x₀. */
  sample: define('sample', () => [1, 0]),
  /** v = α ε − σ x₀. Progressive Distillation (Salimans & Ho, 2022), https://arxiv.org/abs/2202.00512 */
  v: define('v', (schedule, t) => [-schedule.sigma(t), schedule.alpha(t)]),
  /** ∇ log p_t(x_t) = −ε/σ. Score-Based Generative Modeling (Song et al., 2021), https://arxiv.org/abs/2011.13456 */
  score: define('score', (schedule, t) => [0, -1 / schedule.sigma(t)]),
  /** dx/dt = α′ x₀ + σ′ ε, for straight paths ε − x₀. Flow Matching (Lipman et al., 2022), https://arxiv.org/abs/2210.02747 */
  flow: define('flow', (schedule, t) => [schedule.alphaRate(t), schedule.sigmaRate(t)]),
})

/** The name of a parametrisation in {@link parametrisations}. */
export type ParametrisationName = keyof typeof parametrisations

/**
 * EDM's network output F, with D(x) = c_skip x + c_out F for the rescaled data x_t/α_t of noise level s = σ/α:
 * F = (s x₀ − σ_data² ε) / (σ_data √(s² + σ_data²)).
 *
 * Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022), table 1,
 * https://arxiv.org/abs/2206.00364
 *
 * @param sigmaData the standard deviation of the data; default 0.5
 */
export function edmPreconditioning(sigmaData = 0.5): Parametrisation {
  return define('edm', (schedule, t) => {
    const { alpha, sigma } = { alpha: schedule.alpha(t), sigma: schedule.sigma(t) }
    const scale = sigmaData * Math.hypot(sigma, alpha * sigmaData)
    return [sigma / scale, (-alpha * sigmaData ** 2) / scale]
  })
}

/**
 * The mean of the previous state, E[x_s | x_t] for s = `previous(t)`: what DDPM's reverse kernel needs,
 * (α_t/α_s)(σ_s²/σ_t²) x_t + α_s (1 − (α_t σ_s / α_s σ_t)²) x₀.
 *
 * Denoising Diffusion Probabilistic Models (Ho et al., 2020), section 3.2, https://arxiv.org/abs/2006.11239
 */
export function previousMean(previous: (t: number) => number): Parametrisation {
  return define('previous', (schedule, t) => {
    const s = previous(t)
    const ratio = Math.exp(schedule.logSnr(t) - schedule.logSnr(s))
    // ratio = (α_t σ_s / α_s σ_t)², and the factor of x_t is ratio · α_s/α_t
    const alpha = schedule.alpha(s)
    const scale = (ratio * alpha) / schedule.alpha(t)
    return [alpha, scale * schedule.sigma(t)]
  })
}

/** Finds a parametrisation by name; a parametrisation is returned unchanged. */
export function parametrisation(kind: ParametrisationName | Parametrisation): Parametrisation {
  if (typeof kind !== 'string') return kind
  if (Object.hasOwn(parametrisations, kind)) return parametrisations[kind]
  throw new TweedieError('usage', `unknown parametrisation: ${String(kind)}`, {
    hint: `one of ${Object.keys(parametrisations).join(', ')}`,
  })
}

/** The two numbers of a linear view m = `x` · x_t + `mean` · E[x₀ | x_t]. */
export interface View {
  readonly x: number
  readonly mean: number
}

/** A prediction as seen from x_t and the posterior mean: m = (b/σ) x_t + (a − b α/σ) x₀. */
export function viewOf(kind: ParametrisationName | Parametrisation, schedule: Schedule, t: number): View {
  const { sample, noise } = parametrisation(kind).weights(schedule, t)
  if (noise === 0) return { x: 0, mean: sample }
  const sigma = schedule.sigma(t)
  return { x: noise / sigma, mean: sample - (noise * schedule.alpha(t)) / sigma }
}

/**
 * x₀ = (σ m − b x_t) / (a σ − b α).
 *
 * @param prediction m, `[batch, ...shape]`
 * @param x x_t, `[batch, ...shape]`
 * @param out where x₀ goes; may be `prediction`; default a new array of its type
 */
export function sampleOfPrediction(
  kind: ParametrisationName | Parametrisation,
  schedule: Schedule,
  t: number,
  prediction: FloatArray,
  x: FloatArray,
  out: FloatArray = emptyLike(prediction),
): FloatArray {
  const { sample: a, noise: b } = parametrisation(kind).weights(schedule, t)
  if (b === 0) return combine(out, 1 / a, prediction, 0, x)
  const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
  const scale = a * sigma - b * alpha
  if (scale === 0) throw unidentifiable(kind, t)
  return combine(out, sigma / scale, prediction, -b / scale, x)
}

/** m = a x₀ + b ε with ε = (x_t − α x₀)/σ: the inverse of {@link sampleOfPrediction}. */
export function predictionOfSample(
  kind: ParametrisationName | Parametrisation,
  schedule: Schedule,
  t: number,
  sample: FloatArray,
  x: FloatArray,
  out: FloatArray = emptyLike(sample),
): FloatArray {
  const view = viewOf(kind, schedule, t)
  return combine(out, view.mean, sample, view.x, x)
}

/** The training target m = a x₀ + b ε. */
export function targetOf(
  kind: ParametrisationName | Parametrisation,
  schedule: Schedule,
  t: number,
  sample: FloatArray,
  noise: FloatArray,
  out: FloatArray = emptyLike(sample),
): FloatArray {
  const weights = parametrisation(kind).weights(schedule, t)
  return combine(out, weights.sample, sample, weights.noise, noise)
}

function define(name: string, weights: (schedule: Schedule, t: number) => readonly [number, number]): Parametrisation {
  return Object.freeze({
    name,
    weights: (schedule: Schedule, t: number) => {
      const [sample, noise] = weights(schedule, t)
      return { sample, noise }
    },
  })
}

/** out = p·y + q·z, elementwise. */
function combine(out: FloatArray, p: number, y: FloatArray, q: number, z: FloatArray): FloatArray {
  if (q === 0) for (let i = 0; i < out.length; i++) out[i] = p * y[i]!
  else for (let i = 0; i < out.length; i++) out[i] = p * y[i]! + q * z[i]!
  return out
}

function unidentifiable(kind: ParametrisationName | Parametrisation, t: number): TweedieError {
  const name = parametrisation(kind).name
  return new TweedieError(
    'usage',
    `a prediction of ${name} says nothing about the data at t = ${t}: no signal is left`,
    {
      hint: 'predict v or sample where the terminal signal-to-noise ratio is zero',
    },
  )
}
