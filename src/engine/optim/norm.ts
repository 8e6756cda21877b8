/** The length of a gradient. */
import { overArrays } from './simd/memory.ts'

/**
 * `√Σ gᵢ²`, summed in double precision. Not finite exactly when an element is not: the cheapest check for a broken step.
 * Sixteen sums side by side, always in the same order.
 */
export function globalNorm(gradients: Float32Array): number {
  const sums = new Float64Array(16)
  overArrays([gradients], 0, gradients.length, 1, (kernels, length, [at], results) => {
    const head = new Float64Array(results.buffer, results.at, sums.length)
    head.set(sums)
    kernels.squares(length, at!, results.at)
    sums.set(head)
  })
  return Math.sqrt(sums.reduce((total, each) => total + each, 0))
}
