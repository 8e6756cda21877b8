/** Features of the network's time: sines and cosines of many frequencies. */
import { concat, constant, cos, log, mul, reshape, sin, pad, silu, stopGradient } from '../graph/index.ts'
import type { Tensor } from '../graph/index.ts'
import { linear } from './layers.ts'
import { normalWith } from './parameters.ts'
import type { Scope } from './parameters.ts'

/** Options of {@link sinusoidal}, with diffusers' meaning. */
export interface SinusoidalOptions {
  /** Cosines first, as diffusers' `flip_sin_to_cos`; sines first otherwise. */
  readonly cosFirst?: boolean
  /** Subtracted from the number of frequencies, as diffusers' `freq_shift`; 1 makes the last period exactly `maxPeriod`. */
  readonly frequencyShift?: number
  /** The longest period, over 2π. */
  readonly maxPeriod?: number
}

/**
 * Sinusoidal features `sin(t fᵢ), cos(t fᵢ)` with `fᵢ = maxPeriod^(−i / (half − shift))`, `i < half = ⌊features / 2⌋`.
 * `t [N] → [N, features]`; an odd last feature is zero. Vaswani et al. (2017); Ho et al., DDPM (2020).
 */
export function sinusoidal(
  t: Tensor,
  features: number,
  { cosFirst = false, frequencyShift = 0, maxPeriod = 10_000 }: SinusoidalOptions = {},
): Tensor {
  const half = Math.floor(features / 2)
  // Rounded to single precision at every step, as PyTorch does: at t = 999 another last bit would turn the angle by 6e-5.
  const slope = Math.fround(-Math.log(maxPeriod))
  const frequencies = Float32Array.from({ length: half }, (_, i) =>
    Math.exp(Math.fround(Math.fround(slope * i) / (half - frequencyShift))),
  )
  const angle = mul(reshape(t, [-1, 1]), constant(frequencies, [1, half]))
  const waves = concat(cosFirst ? [cos(angle), sin(angle)] : [sin(angle), cos(angle)], 1)
  return features % 2 === 0 ? waves : pad(waves, [0, 0], [0, 1])
}

/**
 * Gaussian Fourier features `sin(2π w log σ), cos(2π w log σ)` with fixed random `w ~ N(0, scale²)`, the parameter `weight`.
 * `sigma [N] → [N, 2 · frequencies]`. Song et al., Score-Based Generative Modeling through SDEs (2021).
 */
export function gaussianFourier(scope: Scope, sigma: Tensor, frequencies: number, { scale = 16 } = {}): Tensor {
  const weight = stopGradient(scope.parameter('weight', [frequencies], normalWith(scale)))
  const angle = mul(mul(reshape(log(sigma), [-1, 1]), reshape(weight, [1, frequencies])), 2 * Math.PI)
  return concat([sin(angle), cos(angle)], 1)
}

/** Two linear layers with SiLU between: `linear_2(silu(linear_1(features)))`, `[N, F] → [N, width]`. */
export function timeMlp(scope: Scope, features: Tensor, width: number): Tensor {
  return linear(scope.child('linear_2'), silu(linear(scope.child('linear_1'), features, width)), width)
}
