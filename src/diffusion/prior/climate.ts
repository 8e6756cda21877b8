/** Means that follow the time of day, what is left beside them, and how that hangs together in time. */
import { harmonics, harmonicsOf } from './law.ts'

/** As if so many states had been seen without any daily cycle: it keeps cycles that are not seen whole near zero. */
const ridge = 1

/**
 * Least squares for each number: its mean and, where states have an angle, the four coefficients of its daily cycle.
 *
 * @param states `[n, S]`
 * @returns `[1, S]` or `[5, S]`
 */
export function climateOf(states: Float32Array, S: number, angles: Float64Array | undefined): Float64Array {
  const n = states.length / S
  const q = angles ? 1 + harmonics : 1
  const gram = new Float64Array(q * q)
  const sides = new Float64Array(q * S)
  for (let i = 0; i < n; i++) {
    const f = functionsAt(angles, i)
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) gram[a * q + b]! += f[a]! * f[b]!
      for (let s = 0; s < S; s++) sides[a * S + s]! += f[a]! * states[i * S + s]!
    }
  }
  for (let a = 1; a < q; a++) gram[a * q + a]! += ridge
  eliminate(gram, sides, q, S)
  return sides
}

/** States less their mean at the time, `[n, S]`. */
export function anomaliesOf(
  states: Float32Array,
  S: number,
  angles: Float64Array | undefined,
  climate: Float64Array,
): Float64Array {
  const out = Float64Array.from(states)
  for (let i = 0; i < states.length / S; i++) {
    functionsAt(angles, i).forEach((f, a) => {
      for (let s = 0; s < S; s++) out[i * S + s]! -= f * climate[a * S + s]!
    })
  }
  return out
}

/** Standard deviations, `[S]`. */
export function deviations(anomalies: Float64Array, S: number): Float64Array {
  const out = new Float64Array(S)
  const n = anomalies.length / S
  anomalies.forEach((value, i) => (out[i % S]! += value ** 2 / n))
  return out.map(Math.sqrt)
}

/** The angle between neighbours, of the first two states that differ. */
export function turnOf(angles: Float64Array): number {
  return angles.length > 1 ? angles[1]! - angles[0]! : 0
}

function functionsAt(angles: Float64Array | undefined, i: number): readonly number[] {
  return angles ? [1, ...harmonicsOf(Math.cos(angles[i]!), Math.sin(angles[i]!))] : [1]
}

/** Solves `gram` X = `sides` in place, for a small positive definite matrix. */
function eliminate(gram: Float64Array, sides: Float64Array, q: number, S: number): void {
  for (let p = 0; p < q; p++) {
    for (let row = 0; row < q; row++) {
      if (row === p) continue
      const factor = gram[row * q + p]! / gram[p * q + p]!
      for (let c = p; c < q; c++) gram[row * q + c]! -= factor * gram[p * q + c]!
      for (let s = 0; s < S; s++) sides[row * S + s]! -= factor * sides[p * S + s]!
    }
  }
  for (let p = 0; p < q; p++) for (let s = 0; s < S; s++) sides[p * S + s]! /= gram[p * q + p]!
}
