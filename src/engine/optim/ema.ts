/**
 * Exponential moving averages of parameters: `ema ← d ema + (1 − d) θ`, with a decay d that may grow. Decays are pure
 * functions of the number of updates made before, 0 at the first.
 */
import { TweedieError } from '../../errors.ts'

/** The decay of an average at an update, after `step` updates. */
export type EmaDecay = (step: number) => number

/** Always the same: remembers about `1 / (1 − decay)` updates. */
export const constantEma =
  (decay: number): EmaDecay =>
  () =>
    decay

/** `min(decay, (1 + s) / (10 + s))`: a short memory at first, so that the initial weights lose their influence soon. */
export const warmupEma =
  (decay: number): EmaDecay =>
  (step) =>
    Math.min(decay, (1 + step) / (10 + step))

/**
 * Power-function average: `d = (1 − 1/s)^(γ + 1)` at the s-th update, which weights update i by iᵞ. It remembers a fixed
 * share of the training so far, of relative width `relativeWidth` (σ_rel, below 1/√12 ≈ 0.289).
 * Karras et al., Analyzing and Improving the Training Dynamics of Diffusion Models (2024).
 */
export function powerEma(relativeWidth: number): EmaDecay {
  const exponent = gammaOf(relativeWidth) + 1
  return (step) => (1 - 1 / (step + 1)) ** exponent
}

/**
 * The exponent γ ≥ 0 of a power-function average of relative width `σ = √(γ + 1) / ((γ + 2) √(γ + 3))`, by bisection: the
 * width falls as γ grows.
 */
export function gammaOf(relativeWidth: number): number {
  if (!(relativeWidth > 1e-6 && relativeWidth < Math.sqrt(1 / 12))) {
    throw new TweedieError(
      'usage',
      `relative width ${relativeWidth}: expected a number in (1e-6, ${Math.sqrt(1 / 12)})`,
    )
  }
  const width = (gamma: number): number => Math.sqrt(gamma + 1) / ((gamma + 2) * Math.sqrt(gamma + 3))
  let low = 0
  let high = 1 / relativeWidth
  for (let middle = high / 2; low < middle && middle < high; middle = (low + high) / 2) {
    if (width(middle) > relativeWidth) low = middle
    else high = middle
  }
  return low
}

/** One update of an average, in place. */
export function updateEma(average: Float32Array, params: Float32Array, decay: number): void {
  const follow = 1 - decay
  for (let i = 0; i < average.length; i++) average[i]! += follow * (params[i]! - average[i]!)
}
