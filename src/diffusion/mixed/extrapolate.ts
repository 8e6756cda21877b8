/** Means carried on over a step, for a solver of second order. */
import type { FloatArray } from '../../engine/random/index.ts'
import { halfLogSnr, type Schedule } from '../noise/schedule.ts'

/** Means at the time before. */
export interface EarlierMeans {
  readonly t: number
  readonly means: FloatArray
}

/**
 * x̂ + h/(2 h′) (x̂ − x̂′), with h and h′ the lengths of this step and of the one before in λ = log(α/σ), and x̂′ the means before:
 * x̂ in the middle of the step. Where either length is infinite, at the ends, the means as they are.
 */
export function carriedOn(
  schedule: Schedule,
  means: FloatArray,
  earlier: EarlierMeans | undefined,
  t: number,
  s: number,
): FloatArray {
  if (!earlier) return means
  const [now, next, before] = [t, s, earlier.t].map((time) => halfLogSnr(schedule, time))
  const ratio = (next! - now!) / (2 * (now! - before!))
  if (!Number.isFinite(ratio) || ratio === 0) return means
  return means.map((value, i) => value + ratio * (value - earlier.means[i]!)) as FloatArray
}
