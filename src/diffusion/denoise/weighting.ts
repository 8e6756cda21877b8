/**
 * How much the loss counts at each time. Weights are given for the error of the posterior mean, |x̂₀ − x₀|², and turned
 * into weights for the prediction m = a x₀ + b ε that the network makes: its error is (a − b α/σ) (x̂₀ − x₀).
 *
 * SNR = α²/σ² and λ = log SNR. As ε̂ − ε = −(α/σ)(x̂₀ − x₀), a weight w of the error of ε is SNR · w here.
 */
import { TweedieError } from '../../errors.ts'
import { ownNumber } from '../../own-made.ts'
import { type Schedule, sigmoid } from '../noise/schedule.ts'
import { viewOf } from './parametrisation.ts'
import type { Parametrisation, ParametrisationName } from './parametrisation.ts'

/** The parameters of some weightings. */
export interface WeightingOptions {
  /** `min-snr`: the largest SNR that counts, default 5; `p2`: the exponent, default 1. */
  readonly gamma?: number
  /** `p2`: k, default 1. */
  readonly k?: number
  /** `sigmoid`: the log-SNR at which the weight has fallen to a half, default 2. */
  readonly bias?: number
  /** `edm`: the standard deviation of the data, default 0.5. */
  readonly sigmaData?: number
}

/** w(t), the weight of |x̂₀ − x₀|²; the user may give others. */
export type Weighting = (schedule: Schedule, t: number, options: WeightingOptions) => number

const snrAt = (schedule: Schedule, t: number): number => Math.exp(schedule.logSnr(t))
/** −dλ/dt = g²/σ². */
const logSnrFall = (schedule: Schedule, t: number): number => schedule.diffusion(t) / schedule.sigma(t) ** 2

const weightings = Object.freeze({
  /** L_simple: the prediction's own error counts 1 at all times. Denoising Diffusion Probabilistic Models (Ho et al., 2020). */
  simple: undefined,

  /** min(SNR, γ). Efficient Diffusion Training via Min-SNR Weighting Strategy (Hang et al., 2023), https://arxiv.org/abs/2303.09556 */
  'min-snr': (schedule, t, { gamma = 5 }) => Math.min(snrAt(schedule, t), gamma),

  /** SNR: the error of ε. */
  snr: snrAt,

  /** 1: the error of x₀. */
  'uniform-x0': () => 1,

  /** SNR / (k + SNR)^γ. Perception Prioritized Training of Diffusion Models (Choi et al., 2022), https://arxiv.org/abs/2204.00227 */
  p2: (schedule, t, { k = 1, gamma = 1 }) => snrAt(schedule, t) / (k + snrAt(schedule, t)) ** gamma,

  /**
   * ½ (−dλ/dt) SNR sigmoid(b − λ): the bound of data with a little noise added, whatever the schedule.
   * Understanding Diffusion Objectives as the ELBO with Simple Data Augmentation (Kingma & Gao, 2023),
   * https://arxiv.org/abs/2303.00848; Simpler Diffusion (Hoogeboom et al., 2024), https://arxiv.org/abs/2410.19324
   */
  sigmoid: (schedule, t, { bias = 2 }) => likelihood(schedule, t) * sigmoid(bias - schedule.logSnr(t)),

  /**
   * EDM: (σ² + σ_data²) / (σ σ_data)² with σ the noise level of x_t/α_t; the weight of EDM's network output is then 1.
   * Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022), https://arxiv.org/abs/2206.00364
   */
  edm: (schedule, t, { sigmaData = 0.5 }) => snrAt(schedule, t) + 1 / sigmaData ** 2,

  /**
   * The variational bound, in nats per dimension and without its constants. On a table of T levels, T L_{t−1} with
   * L_{t−1} = ½ (SNR_{t−1} − SNR_t) |x̂₀ − x₀|², and at the first level a decoder of variance σ₁²; in continuous time its
   * limit, which is `likelihood`. Variational Diffusion Models (Kingma et al., 2021), equations 14 and 15,
   * https://arxiv.org/abs/2107.00630
   */
  vlb: (schedule, t) => (schedule.table ? tableBound(schedule, schedule.table.steps, t) : likelihood(schedule, t)),

  /**
   * λ(t) = g²: ½ g² |ŝ − ∇ log p_t|² bounds the likelihood; with the score's error (α/σ²)(x̂₀ − x₀) it is ½ (−dSNR/dt).
   * Maximum Likelihood Training of Score-Based Diffusion Models (Song et al., 2021), https://arxiv.org/abs/2101.09258
   */
  likelihood,
} satisfies Readonly<Record<string, Weighting | undefined>>)

/** ½ (−dSNR/dt) = ½ g² α²/σ⁴. */
function likelihood(schedule: Schedule, t: number): number {
  return (logSnrFall(schedule, t) * snrAt(schedule, t)) / 2
}

function tableBound(schedule: Schedule, levels: number, t: number): number {
  const before = t - 1 / levels
  if (before < 0.5 / levels) return levels / (2 * schedule.sigma(t) ** 2)
  return (levels / 2) * (snrAt(schedule, before) - snrAt(schedule, t))
}

/** A weighting by name. */
export type WeightingName = keyof typeof weightings

/** The names of all weightings. */
export const weightingNames = Object.freeze(Object.keys(weightings)) as readonly WeightingName[]

/** Weightings of the user's own, by name. */
export type OwnWeightings = Readonly<Record<string, Weighting>>

/**
 * The factor of |m̂ − m|² at time t.
 *
 * @param own weightings by names of the user's own
 * @throws TweedieError `usage` for a name that is not in {@link weightingNames}
 */
export function lossWeight(
  name: WeightingName,
  kind: ParametrisationName | Parametrisation,
  schedule: Schedule,
  t: number,
  options: WeightingOptions = {},
  own: OwnWeightings = {},
): number {
  if (!Object.hasOwn(weightings, name) && !Object.hasOwn(own, name)) {
    throw new TweedieError('usage', `unknown loss weighting: ${name}`, { hint: `one of ${weightingNames.join(', ')}` })
  }
  const factor = Object.hasOwn(own, name)
    ? ownNumber(`the weighting ${name}`, () => own[name]!(schedule, t, options))
    : weightings[name]?.(schedule, t, options)
  return factor === undefined ? 1 : factor / viewOf(kind, schedule, t).mean ** 2
}
