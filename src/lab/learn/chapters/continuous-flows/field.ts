/** The field of straight lines between data and white noise, on average: v = (x − E[x₀ | x_t]) / t, of data whose posterior is known. */
import { type AnalyticDenoiser, mixtureDenoiser } from '../../../../diffusion/denoise/index.ts'
import { rectifiedFlow } from '../../../../diffusion/noise/index.ts'
import type { FlowField } from '../../../../diffusion/ode-flow/index.ts'

/** Before this time v is taken for its limit −x: it differs by less than t times the score of the data. */
const first = 1e-9

/** v and its divergence, Σ (1 − ∂E[x₀ | x_t]/∂x) / t, with the derivative from the posterior’s variance. */
export function straightField(denoiser: AnalyticDenoiser): FlowField {
  const size = denoiser.shape.reduce((product, n) => product * n, 1)
  const slope = (x: Float32Array | Float64Array, t: number): Float64Array => {
    if (t < first) return Float64Array.from(x, (value) => -value)
    const mean = denoiser.denoise(x, t)
    return Float64Array.from(x, (value, i) => (value - mean[i]!) / t)
  }
  return {
    shape: denoiser.shape,
    slope,
    slopeAndDivergence(x, t) {
      const divergence = new Float64Array(x.length / size).fill(t < first ? -size : 0)
      if (t >= first) {
        const variance = denoiser.variance(x, t)
        variance.forEach((each, i) => (divergence[Math.floor(i / size)]! += (1 - ((1 - t) * each) / t ** 2) / t))
      }
      return { slope: slope(x, t), divergence }
    },
  }
}

/** Two groups on the line, so wide. */
export const twoGroups = (variance: number): AnalyticDenoiser =>
  mixtureDenoiser({
    schedule: rectifiedFlow(),
    components: [
      { weight: 0.5, mean: [-1.2], covariance: variance },
      { weight: 0.5, mean: [1.2], covariance: variance },
    ],
  })
