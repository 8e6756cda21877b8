/** Mixtures: of Gaussians, and of points. The posterior is the components' posteriors, weighted by their responsibilities. */
import { TweedieError } from '../../errors.ts'
import type { Schedule } from '../noise/schedule.ts'
import type { AnalyticDenoiser } from './analytic.ts'
import { type FloatArray, emptyLike } from './denoiser.ts'
import { gaussianDenoiser } from './gaussian.ts'

/** One component of a mixture of Gaussians. */
export interface MixtureComponent {
  /** Its share, relative to the others; default 1. */
  readonly weight?: number
  readonly mean: ArrayLike<number>
  /** As in `gaussianDenoiser`: a variance, a diagonal or a matrix; default 1. */
  readonly covariance?: number | ArrayLike<number>
}

/** The law Σ w_k N(μ_k, C_k) of the data. */
export interface MixtureOptions {
  readonly schedule: Schedule
  readonly components: readonly MixtureComponent[]
  readonly shape?: readonly number[]
}

/** Data from a mixture of Gaussians: E[x₀ | x_t] = Σ r_k(x_t) E_k[x₀ | x_t], r_k ∝ w_k N(x_t; α μ_k, α² C_k + σ² I). */
export function mixtureDenoiser({ schedule, components, shape }: MixtureOptions): AnalyticDenoiser {
  if (components.length === 0) throw new TweedieError('usage', 'a mixture of no components: give at least one')
  const parts = components.map((part) => gaussianDenoiser({ schedule, ...part, ...(shape && { shape }) }))
  const total = components.reduce((sum, { weight = 1 }) => sum + weight, 0)
  const logWeights = components.map(({ weight = 1 }) => Math.log(weight / total))
  const d = components[0]!.mean.length

  /** log w_k + log N_k(x_t) of each component and item. */
  const logJoint = (x: FloatArray, t: number): Float64Array[] =>
    parts.map((part, k) => part.logDensity(x, t).map((log) => log + logWeights[k]!))
  /** r_k(x_t), the posterior share of each component in each item. */
  const responsibilities = (x: FloatArray, t: number): Float64Array[] => {
    const joint = logJoint(x, t)
    const marginal = logSumExp(joint)
    return joint.map((row) => row.map((log, item) => Math.exp(log - marginal[item]!)))
  }
  /** Σ r_k m_k for moments m_k of the components. */
  const average = (shares: readonly Float64Array[], moments: readonly FloatArray[]): FloatArray => {
    const out = emptyLike(moments[0]!)
    for (const [k, moment] of moments.entries()) {
      for (let i = 0; i < out.length; i++) out[i]! += shares[k]![Math.floor(i / d)]! * moment[i]!
    }
    return out
  }

  return Object.freeze({
    schedule,
    shape: parts[0]!.shape,
    denoise: (x: FloatArray, t: number) =>
      average(
        responsibilities(x, t),
        parts.map((part) => part.denoise(x, t)),
      ),
    /** The law of total variance: Σ r_k (V_k + (m_k − m)²). */
    variance(x: FloatArray, t: number): FloatArray {
      const shares = responsibilities(x, t)
      const means = parts.map((part) => part.denoise(x, t))
      const mean = average(shares, means)
      const spreads = parts.map((part, k) => {
        const spread = part.variance(x, t)
        for (let i = 0; i < spread.length; i++) spread[i]! += (means[k]![i]! - mean[i]!) ** 2
        return spread
      })
      return average(shares, spreads)
    },
    logDensity: (x: FloatArray, t: number) => logSumExp(logJoint(x, t)),
  })
}

/** log Σ_k e^{rows[k]}, element by element. */
function logSumExp(rows: readonly Float64Array[]): Float64Array {
  return rows[0]!.map((_, i) => {
    const top = Math.max(...rows.map((row) => row[i]!))
    return top + Math.log(rows.reduce((sum, row) => sum + Math.exp(row[i]! - top), 0))
  })
}
