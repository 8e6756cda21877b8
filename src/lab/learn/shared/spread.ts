/**
 * Evenly spread points in the place of random ones, so that a thousand tell what a hundred thousand would: the data and the noise
 * that covers them are the two coordinates of a low-discrepancy sequence (Roberts, 2018).
 */
import { normalQuantile } from '../../../diffusion/denoise/normal-quantile.ts'
import type { MixtureComponent } from '../../../diffusion/denoise/index.ts'
import type { NoiseSource } from '../../../diffusion/sample/index.ts'

const fraction = (x: number): number => x - Math.floor(x)

/** `count` points of a mixture of Gaussians on the line, whose components have variances. */
export function spreadData(components: readonly MixtureComponent[], count: number): Float64Array {
  const total = components.reduce((sum, { weight = 1 }) => sum + weight, 0)
  return Float64Array.from({ length: count }, (_, i) => {
    let u = fraction((i + 1) * 0.7548776662466927)
    for (const [k, { weight = 1, mean, covariance = 1 }] of components.entries()) {
      const share = weight / total
      if (u < share || k === components.length - 1) {
        const z = normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, u / share)))
        return mean[0]! + Math.sqrt(covariance as number) * z
      }
      u -= share
    }
    return 0
  })
}

/** Noise to go with {@link spreadData}, another for each step. */
export const spreadNoise: NoiseSource = (out, step) => {
  for (let i = 0; i < out.length; i++) {
    out[i] = normalQuantile(fraction((i + 1) * 0.5698402909980532 + step * 0.6180339887498949))
  }
}

/** `count` quantiles of N(0, 1) at the middles of equal shares: the normal law as points. */
export function normalPoints(count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => normalQuantile((i + 0.5) / count))
}
