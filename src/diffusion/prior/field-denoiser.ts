/** The denoiser of a Gaussian law of fields over time, in closed form. */
import { TweedieError } from '../../errors.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import type { Schedule } from '../noise/schedule.ts'
import { type FieldLaw, harmonics, harmonicsOf, turned } from './law.ts'

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
 * E[x₀ | x_t] = m + α Σ (α² Σ + σ² I)⁻¹ (x_t − α m) for Σ = R ⊗ C: rotate time, take the part along each pattern, multiply every coordinate with
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
  const { states: T, size: S, patterns, variances, rest, rhythms, weights } = law
  const [variables, length] = shape
  if (length !== T || sizeOf(shape) !== T * S) {
    throw new TweedieError('shape', `windows of ${T} states of ${S} numbers are no items [${shape.join(', ')}]`)
  }
  const K = variances.length
  const places = S / variables!
  const turns = law.cycle && turned(law.cycle, T)
  /** Where number s of state t lies in an item. */
  const at = (t: number, s: number): number => (Math.floor(s / places) * T + t) * places + (s % places)

  const meanAt = (time: ArrayLike<number> | undefined): Float64Array => {
    const out = new Float64Array(T * S)
    const first = harmonicsOf(time?.[1] ?? 0, time?.[0] ?? 0)
    for (let t = 0; t < T; t++) {
      for (let s = 0; s < S; s++) out[at(t, s)] = law.mean[s]!
      if (!turns) continue
      for (let k = 0; k < harmonics; k++) {
        let value = 0
        for (let j = 0; j < harmonics; j++) value += first[j]! * turns[j * T * harmonics + t * harmonics + k]!
        for (let s = 0; s < S; s++) out[at(t, s)]! += value * law.cycle!.coefficients[k * S + s]!
      }
    }
    return out
  }

  /** α Σ (α² Σ + σ² I)⁻¹ z of one item, added to `out`. */
  const gained = (z: Float64Array, time: number, out: FloatArray, from: number): void => {
    const [alpha, sigma] = [schedule.alpha(time), schedule.sigma(time)]
    const gain = (e: number): number => (alpha * e) / (alpha ** 2 * e + sigma ** 2)
    const row = new Float64Array(S)
    for (let i = 0; i < T; i++) {
      row.fill(0)
      for (let t = 0; t < T; t++) {
        const part = rhythms[i * T + t]!
        for (let s = 0; s < S; s++) row[s]! += part * z[at(t, s)]!
      }
      const usual = gain(weights[i]! * rest)
      const result = row.map((value) => usual * value)
      for (let k = 0; k < K; k++) {
        let along = 0
        for (let s = 0; s < S; s++) along += patterns[k * S + s]! * row[s]!
        along *= gain(weights[i]! * variances[k]!) - usual
        for (let s = 0; s < S; s++) result[s]! += along * patterns[k * S + s]!
      }
      for (let t = 0; t < T; t++) {
        const part = rhythms[i * T + t]!
        for (let s = 0; s < S; s++) out[from + at(t, s)]! += part * result[s]!
      }
    }
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
        const mean = meanAt(told && told.subarray(n * each!, (n + 1) * each!))
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
