/** Sums of probabilities that are held as logarithms, without underflow. */
import type { FloatArray } from '../../engine/random/index.ts'

/** log(eᵃ + eᵇ). */
export function logAddExp(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a]
  return low === -Infinity ? high : high + Math.log1p(Math.exp(low - high))
}

/** log Σ exp of `count` numbers from `at` on. */
export function logSumExp(x: FloatArray, at = 0, count = x.length - at): number {
  let peak = -Infinity
  for (let i = at; i < at + count; i++) if (x[i]! > peak) peak = x[i]!
  if (peak === -Infinity) return peak
  let total = 0
  for (let i = at; i < at + count; i++) total += Math.exp(x[i]! - peak)
  return peak + Math.log(total)
}

/** Makes the `count` numbers from `at` on log-probabilities: their exponentials sum to 1. */
export function logNormalize(x: FloatArray, at = 0, count = x.length - at): void {
  const total = logSumExp(x, at, count)
  for (let i = at; i < at + count; i++) x[i]! -= total
}

/** The category of which u ∈ [0, 1) falls into the share, given `count` log-probabilities from `at` on. */
export function drawLog(logP: FloatArray, u: number, at = 0, count = logP.length - at): number {
  let left = u
  let last = 0
  for (let k = 0; k < count; k++) {
    const p = Math.exp(logP[at + k]!)
    if (p <= 0) continue
    if (left < p) return k
    left -= p
    last = k
  }
  return last
}

/** D_KL(q ‖ p) in nats, of log-probabilities. */
export function logDivergence(logQ: FloatArray, logP: FloatArray): number {
  let nats = 0
  for (let i = 0; i < logQ.length; i++) if (logQ[i]! > -Infinity) nats += Math.exp(logQ[i]!) * (logQ[i]! - logP[i]!)
  return nats
}
