/**
 * Curves from the largest to the smallest noise level: each is a falling function over u from 0 to 1 whose values at
 * equal steps
 * are the levels of a grid.
 */

/** The level at u: `max` at u = 0, `min` at u = 1. */
export type LevelCurve = (max: number, min: number, u: number) => number

/**
 * Equal steps of the ρ-th root.
 *
 * Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022), equation 5,
 * https://arxiv.org/abs/2206.00364
 */
export function karrasCurve(rho = 7): LevelCurve {
  return (max, min, u) => (max ** (1 / rho) + u * (min ** (1 / rho) - max ** (1 / rho))) ** rho
}

/** A geometric progression: equal steps of the logarithm. */
export const exponentialCurve: LevelCurve = (max, min, u) => max * (min / max) ** u

/**
 * Quantiles of a Beta(0.6, 0.6) distribution: more levels at both ends than in the middle.
 *
 * Beta Sampling is All You Need (Lee et al., 2024), https://arxiv.org/abs/2407.12173
 */
export const betaCurve: LevelCurve = (max, min, u) => min + betaQuantile(1 - u, 0.6) * (max - min)

/**
 * The p-quantile of a Beta(a, a) distribution, a > 0: the x with I_x(a, a) = p, to about 1e-9.
 *
 * @example
 * betaQuantile(0.25, 0.5) // sin²(π/8), the arcsine law
 */
export function betaQuantile(p: number, a: number): number {
  if (p <= 0) return 0
  if (p >= 1) return 1
  // the density is the same on both sides of a half
  if (p > 0.5) return 1 - betaQuantile(1 - p, a)
  const half = betaIntegral(0.5, a)
  let [low, high] = [0, 0.5]
  for (let i = 0; i < 60; i++) {
    const x = (low + high) / 2
    if (betaIntegral(x, a) < 2 * p * half) low = x
    else high = x
  }
  return (low + high) / 2
}

/** ∫₀ˣ u^{a−1} (1 − u)^{a−1} du for x ≤ ½: with u = w^{4/a} nothing is singular at 0. Simpson's rule. */
function betaIntegral(x: number, a: number): number {
  const end = x ** (a / 4)
  const density = (w: number): number => w ** 3 * (1 - w ** (4 / a)) ** (a - 1)
  const panels = 256
  let sum = density(0) + density(end)
  for (let i = 1; i < panels; i++) sum += (i % 2 === 1 ? 4 : 2) * density((end * i) / panels)
  return (((4 / a) * end) / (3 * panels)) * sum
}
