/**
 * The β tables of discrete diffusion, q(x_i | x_{i−1}) = N(√(1 − β_i) x_{i−1}, β_i I), i = 0 … T − 1.
 * The names in {@link betaTables} are those of diffusers' `beta_schedule`.
 */
import { TweedieError } from '../../errors.ts'
import { sigmoid } from './sigmoid.ts'

/** The number of steps and, for the tables that have a range, its ends. */
export interface BetaOptions {
  /** T, the number of noise levels; default 1000. */
  readonly steps?: number
  /** β of the first step; default 0.0001. */
  readonly betaStart?: number
  /** β of the last step; default 0.02. */
  readonly betaEnd?: number
}

/**
 * β in equal steps from `betaStart` to `betaEnd`.
 *
 * Denoising Diffusion Probabilistic Models (Ho et al., 2020), https://arxiv.org/abs/2006.11239
 */
export function linearBetas({ steps = 1000, betaStart = 1e-4, betaEnd = 0.02 }: BetaOptions = {}): Float64Array {
  return linspace(betaStart, betaEnd, steps)
}

/**
 * √β in equal steps, the table of latent diffusion (Stable Diffusion has 0.00085 … 0.012).
 *
 * High-Resolution Image Synthesis with Latent Diffusion Models (Rombach et al., 2022), https://arxiv.org/abs/2112.10752
 */
export function scaledLinearBetas({ steps = 1000, betaStart = 1e-4, betaEnd = 0.02 }: BetaOptions = {}): Float64Array {
  return linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), steps).map((root) => root * root)
}

/**
 * ᾱ(u) = cos²(π/2 · (u + 0.008)/1.008) at u = i/T, and β capped at 0.999.
 *
 * Improved Denoising Diffusion Probabilistic Models (Nichol & Dhariwal, 2021), equation 17,
 * https://arxiv.org/abs/2102.09672
 */
export function cosineBetas({ steps = 1000, maxBeta = 0.999 }: BetaOptions & { maxBeta?: number } = {}): Float64Array {
  return betasOfCurve((u) => Math.cos(((u + 0.008) / 1.008) * (Math.PI / 2)) ** 2, steps, maxBeta)
}

/** β on a logistic curve from `betaStart` to `betaEnd`, sampled at −6 … 6 (GeoDiff, diffusers' `sigmoid`). */
export function sigmoidBetas({ steps = 1000, betaStart = 1e-4, betaEnd = 0.02 }: BetaOptions = {}): Float64Array {
  return linspace(-6, 6, steps).map((u) => sigmoid(u) * (betaEnd - betaStart) + betaStart)
}

/** ᾱ(u) = e^{−12u} at u = i/T, and β capped at 0.999: diffusers' `exp`. */
export function exponentialBetas({ steps = 1000 }: BetaOptions = {}): Float64Array {
  return betasOfCurve((u) => Math.exp(-12 * u), steps)
}

/**
 * log-SNR as the quantiles of a Laplace distribution: half of the levels lie near log-SNR 0. As in diffusers' `laplace`, ᾱ is
 * √(snr / (1 + snr)).
 *
 * Improved Noise Schedule for Diffusion Training (Hang & Gu, 2024), https://arxiv.org/abs/2407.03297
 */
export function laplaceBetas({ steps = 1000 }: BetaOptions = {}): Float64Array {
  return betasOfCurve((u) => {
    const logSnr = (u <= 0.5 ? -0.5 : 0.5) * Math.log(1 - 2 * Math.abs(0.5 - u) + 1e-6)
    return Math.sqrt(1 / (1 + Math.exp(-logSnr)))
  }, steps)
}

/** β of a curve ᾱ(u), u ∈ [0, 1]: β_i = 1 − ᾱ((i + 1)/T)/ᾱ(i/T), at most `maxBeta`. */
export function betasOfCurve(alphaBar: (u: number) => number, steps: number, maxBeta = 0.999): Float64Array {
  return Float64Array.from({ length: steps }, (_, i) =>
    Math.min(1 - alphaBar((i + 1) / steps) / alphaBar(i / steps), maxBeta),
  )
}

/** The tables by the name that diffusers' `beta_schedule` gives them. */
export const betaTables = Object.freeze({
  linear: linearBetas,
  scaled_linear: scaledLinearBetas,
  squaredcos_cap_v2: cosineBetas,
  sigmoid: sigmoidBetas,
  laplace: laplaceBetas,
  exp: exponentialBetas,
})

/** A name in {@link betaTables}. */
export type BetaTableName = keyof typeof betaTables

/** `count` numbers in equal steps, both ends included. */
export function linspace(from: number, to: number, count: number): Float64Array {
  if (!Number.isInteger(count) || count < 1) {
    throw new TweedieError('usage', `${count} steps: the number of steps must be a positive whole number`)
  }
  return Float64Array.from({ length: count }, (_, i) => (i === 0 ? from : from + ((to - from) * i) / (count - 1)))
}
