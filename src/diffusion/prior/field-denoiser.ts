/** The denoiser of a Gaussian law of fields over time, in closed form. */
import { TweedieError } from '../../errors.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import type { Schedule } from '../noise/schedule.ts'
import { type FieldLaw, meanOfWindow } from './law.ts'
import { ofSpectrum } from './spectrum.ts'

/** The law, on a schedule. */
export interface FieldDenoiserOptions {
  readonly schedule: Schedule
  readonly law: FieldLaw
  /** Of an item, `[variables, states, …places]`; default `[1, T, S]`. */
  readonly shape?: readonly number[] | undefined
}

/** A denoiser that knows its derivative, which does not depend on x. */
export interface FieldDenoiser extends Denoiser {
  denoise(x: FloatArray, t: number, context?: DenoiseContext): FloatArray
  vjp(x: FloatArray, t: number, v: FloatArray, context?: DenoiseContext): FloatArray
}

/**
 * E[x₀ | x_t] = m + α Σ (α² Σ + σ² I)⁻¹ (x_t − α m): take the part along each pattern, rotate its time, multiply every coordinate with
 * eigenvalue e by α e / (α² e + σ²), and go back. Exact, so samplers, bounds and guidance by measurements are exact up to their own steps.
 * The condition `time` `[batch, 2 …]`, sine and cosine of the time of day of the first state, moves the mean; without it the mean is that of the day.
 *
 * @throws TweedieError `shape` where the law and the shape do not fit together
 * @example
 * const law = fitFieldLaw({ states, grid: [2, 3], window: 4 })
 * const denoiser = fieldDenoiser({ schedule: cosineSchedule(), law, shape: [1, 4, 2, 3] })
 */
export function fieldDenoiser({
  schedule,
  law,
  shape = [1, law.states, law.size],
}: FieldDenoiserOptions): FieldDenoiser {
  const { states: T, size: S } = law
  const [variables, length] = shape
  if (length !== T || sizeOf(shape) !== T * S) {
    throw new TweedieError('shape', `windows of ${T} states of ${S} numbers are no items [${shape.join(', ')}]`)
  }
  const places = S / variables!
  /** Where number s of state t lies in an item. */
  const at = (t: number, s: number): number => (Math.floor(s / places) * T + t) * places + (s % places)

  /** α Σ (α² Σ + σ² I)⁻¹ z of one item, added to `out`. */
  const gained = (z: Float64Array, time: number, out: FloatArray, from: number): void => {
    const [alpha, sigma] = [schedule.alpha(time), schedule.sigma(time)]
    const states = Float64Array.from(z, (_, i) => z[at(Math.floor(i / S), i % S)]!)
    const result = ofSpectrum(law, states, (e) => (alpha * e) / (alpha ** 2 * e + sigma ** 2))
    for (let t = 0; t < T; t++) for (let s = 0; s < S; s++) out[from + at(t, s)]! += result[t * S + s]!
  }

  return Object.freeze({
    schedule,
    shape,
    denoise(x: FloatArray, t: number, context?: DenoiseContext): FloatArray {
      const out = emptyLike(x)
      const alpha = schedule.alpha(t)
      const items = x.length / (T * S)
      const told = law.cycle && context?.conditions?.['time']
      for (let n = 0; n < items; n++) {
        const each = told && told.length / items
        const states = meanOfWindow(law, told && told.subarray(n * each!, (n + 1) * each!))
        const mean = new Float64Array(T * S)
        states.forEach((value, i) => (mean[at(Math.floor(i / S), i % S)] = value))
        const z = mean.map((value, i) => x[n * T * S + i]! - alpha * value)
        out.set(mean, n * T * S)
        gained(z, t, out, n * T * S)
      }
      return out
    },
    vjp(_: FloatArray, t: number, v: FloatArray): FloatArray {
      const out = emptyLike(v)
      for (let from = 0; from < v.length; from += T * S) {
        gained(Float64Array.from(v.subarray(from, from + T * S)), t, out, from)
      }
      return out
    },
  })
}
