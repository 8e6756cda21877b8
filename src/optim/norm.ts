/** The length of a gradient. */
import { overArrays } from './simd/memory.ts'

/**
 * `√Σ gᵢ²`, summed in double precision. Not finite exactly when an element is not: the cheapest check for a broken step.
 * Four sums side by side, always in the same order.
 */
export function globalNorm(gradients: Float32Array): number {
  const total = [0, 0, 0, 0]
  overArrays([gradients], 0, gradients.length, 1, (kernels, length, [at], buffer) => {
    kernels.squares(length, at!, 0)
    const sums = new Float64Array(buffer, 0, 4)
    for (let i = 0; i < 4; i++) total[i]! += sums[i]!
  })
  return Math.sqrt(total[0]! + total[1]! + (total[2]! + total[3]!))
}
