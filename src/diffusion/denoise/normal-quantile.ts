/** The distribution function of the normal law, and its inverse. */
import { erf } from '../../engine/graph/reference/erf.ts'

/** Φ(x), the probability that a standard normal number is below x. */
export function normalCdf(x: number): number {
  return (1 + erf(x * Math.SQRT1_2)) / 2
}

/**
 * Φ⁻¹(u) for u in (0, 1): Tukey's lambda law as a first guess, then Newton's steps. These start on the side where Φ is
 * convex, and so cannot overshoot.
 */
export function normalQuantile(u: number): number {
  if (u === 0.5) return 0
  if (u > 0.5) return -normalQuantile(1 - u)
  const tail = Math.max(u, 1e-12)
  let x = Math.max(-7.1, (tail ** 0.135 - (1 - tail) ** 0.135) / 0.1975)
  for (let i = 0; i < 30; i++) {
    const step = (normalCdf(x) - tail) / (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI))
    x -= step
    if (Math.abs(step) < 1e-12) break
  }
  return x
}
