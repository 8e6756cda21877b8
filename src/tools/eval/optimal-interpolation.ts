/**
 * Optimal interpolation: the best linear estimate of a field from a few of its values, with a covariance measured on training states.
 *
 * Objective analysis of meteorological fields (Gandin, 1963); Kalnay, Atmospheric Modeling, Data Assimilation and Predictability (2003), chapter 5.4
 */
import { cholesky } from '../../diffusion/trajectory/dense.ts'
import { TweedieError } from '../../errors.ts'

/** An interpolator for one set of places. */
export interface Interpolator {
  /** x = K y for anomalies y at the places: `[points]`. */
  analysis(y: ArrayLike<number>): Float64Array
  /** The standard deviation of its error that the covariance implies, `[points]`. */
  readonly sigma: Float64Array
}

/**
 * x̂ = C_xs (C_ss + σ² I)⁻¹ y with the sample covariance C of anomalies, in space alone: each state is seen without the others.
 *
 * @param anomalies `[states, points]`, of mean zero
 * @param places indices of the points that are observed
 * @param sigma the standard deviation of the errors of observations
 * @throws TweedieError `shape` where sizes do not fit, `usage` where σ is no positive number
 */
export function optimalInterpolation(
  anomalies: ArrayLike<number>,
  points: number,
  places: readonly number[],
  sigma: number,
): Interpolator {
  const states = anomalies.length / points
  if (!Number.isInteger(states) || states < 1) {
    throw new TweedieError('shape', `${anomalies.length} anomalies are no whole number of states of ${points} points`)
  }
  if (!(sigma > 0)) throw new TweedieError('usage', `sigma is ${sigma}: it must be greater than 0`)
  const m = places.length
  const cross = new Float64Array(points * m)
  const variance = new Float64Array(points)
  for (let t = 0; t < states; t++) {
    for (let i = 0; i < points; i++) {
      const value = anomalies[t * points + i]! / states
      variance[i]! += value * anomalies[t * points + i]!
      for (let k = 0; k < m; k++) cross[i * m + k]! += value * anomalies[t * points + places[k]!]!
    }
  }
  const gram = Float64Array.from({ length: m * m }, (_, at) => {
    const [k, l] = [Math.floor(at / m), at % m]
    return cross[places[k]! * m + l]! + (k === l ? sigma ** 2 : 0)
  })
  const factor = cholesky(gram)
  const deviation = Float64Array.from({ length: points }, (_, i) => {
    const row = cross.subarray(i * m, (i + 1) * m)
    const solved = factor.solve(row)
    const explained = row.reduce((sum, value, k) => sum + value * solved[k]!, 0)
    return Math.sqrt(Math.max(0, variance[i]! - explained))
  })
  return {
    sigma: deviation,
    analysis(y) {
      const weights = factor.solve(Float64Array.from(y))
      return Float64Array.from({ length: points }, (_, i) => {
        let sum = 0
        for (let k = 0; k < m; k++) sum += cross[i * m + k]! * weights[k]!
        return sum
      })
    },
  }
}
