/** The length of a gradient. */

/**
 * `√Σ gᵢ²`, summed in double precision. Not finite exactly when an element is not: the cheapest check for a broken step.
 * Four sums side by side, always in the same order.
 */
export function globalNorm(gradients: Float32Array): number {
  const whole = gradients.length - (gradients.length % 4)
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let i = 0; i < whole; i += 4) {
    a += gradients[i]! * gradients[i]!
    b += gradients[i + 1]! * gradients[i + 1]!
    c += gradients[i + 2]! * gradients[i + 2]!
    d += gradients[i + 3]! * gradients[i + 3]!
  }
  for (let i = whole; i < gradients.length; i++) a += gradients[i]! * gradients[i]!
  return Math.sqrt(a + b + (c + d))
}
