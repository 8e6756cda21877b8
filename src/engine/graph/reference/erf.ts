/** The error function to double precision. */

/**
 * `erf(x) = 2/√π ∫₀ˣ exp(−u²) du`, from the series `2/√π exp(−x²) Σₙ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n + 1))`, whose terms all have one
 * sign, so that nothing cancels. Abramowitz & Stegun, 7.1.6. Beyond |x| = 6 it is ±1 to the last bit.
 */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x)
  let total = 0
  let term = x
  for (let n = 1; total + term !== total; n++) {
    total += term
    term *= (2 * x * x) / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total
}
