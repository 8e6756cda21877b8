/** Data that is a finite set of points: the ideal denoiser of a data set, which remembers it and generates nothing else. */
import { TweedieError } from '../../errors.ts'
import type { Schedule } from '../noise/schedule.ts'
import type { AnalyticDenoiser } from './analytic.ts'
import { type FloatArray, emptyLike, sizeOf } from './denoiser.ts'

/** The points, all equally likely. */
export interface DiracOptions {
  readonly schedule: Schedule
  /** The shape of one point. */
  readonly shape: readonly number[]
  /** `[n, ...shape]`. */
  readonly points: ArrayLike<number>
}

/** E[x₀ | x_t] = Σ p_k softmax_k(−‖x_t − α p_k‖² / 2σ²): a weighted mean of all points, as in attention. */
export function diracDenoiser({ schedule, shape, points }: DiracOptions): AnalyticDenoiser {
  const d = sizeOf(shape)
  const count = points.length / d
  if (!Number.isInteger(count) || count === 0) {
    throw new TweedieError(
      'shape',
      `${points.length} numbers are no whole number of points of shape [${shape.join(', ')}]`,
    )
  }
  const shares = new Float64Array(count)

  /** Fills `shares` with the posterior probabilities of the points, and returns the log of their normaliser. */
  const attend = (x: FloatArray, from: number, t: number): number => {
    const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
    let top = -Infinity
    for (let k = 0; k < count; k++) {
      let square = 0
      for (let i = 0; i < d; i++) square += (x[from + i]! - alpha * points[k * d + i]!) ** 2
      shares[k] = -square / (2 * sigma ** 2)
      top = Math.max(top, shares[k]!)
    }
    let sum = 0
    for (let k = 0; k < count; k++) sum += shares[k] = Math.exp(shares[k]! - top)
    for (let k = 0; k < count; k++) shares[k]! /= sum
    return top + Math.log(sum)
  }
  /** Σ shares_k m(p_k), element by element of each item. */
  const average = (x: FloatArray, t: number, moment: (point: number, at: number) => number): FloatArray => {
    const out = emptyLike(x)
    for (let from = 0; from < x.length; from += d) {
      attend(x, from, t)
      for (let i = 0; i < d; i++) {
        let sum = 0
        for (let k = 0; k < count; k++) sum += shares[k]! * moment(points[k * d + i]!, from + i)
        out[from + i] = sum
      }
    }
    return out
  }

  return Object.freeze({
    schedule,
    shape,
    denoise: (x: FloatArray, t: number) => average(x, t, (point) => point),
    variance(x: FloatArray, t: number): FloatArray {
      const mean = average(x, t, (point) => point)
      return average(x, t, (point, at) => (point - mean[at]!) ** 2)
    },
    logDensity: (x: FloatArray, t: number) =>
      Float64Array.from({ length: x.length / d }, (_, item) => {
        const log = attend(x, item * d, t) - Math.log(count)
        return log - (d / 2) * Math.log(2 * Math.PI * schedule.sigma(t) ** 2)
      }),
  })
}
