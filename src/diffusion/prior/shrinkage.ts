/** How far a covariance of few states should be drawn towards one that falls with the distance. */
import { fold, key, permutation } from '../../engine/random/index.ts'
import { isTweedieError } from '../../errors.ts'
import { cholesky, transpose } from '../trajectory/dense.ts'

/** (1 − share) S + share · d E d: S as it was measured, with deviations d, and E = exp(−distance / reach). */
export interface Shrinkage {
  readonly share: number
  /** In cells of the grid. */
  readonly reach: number
}

/** A place: which variable, row and column. */
export type Place = readonly [variable: number, row: number, column: number]

/** What is tried. */
const shares = [0.02, 0.05, 0.1, 0.2, 0.4, 0.7] as const
const reaches = [1, 2, 4, 8, 16] as const
/** Places that are looked at. */
const most = 240

/** E of two places; different variables have nothing in common. */
export function falling(a: Place, b: Place, reach: number): number {
  return a[0] === b[0] ? Math.exp(-(Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2])) / reach) : 0
}

/**
 * The shrinkage under which states that were held back are most likely: those of a third at the end, at random places.
 *
 * @param early anomalies `[n, size]` that S is made of
 * @param late anomalies that are judged
 * @param candidates indices of places that may be looked at
 */
export function likeliestShrinkage(
  early: Float64Array,
  late: Float64Array,
  places: readonly Place[],
  candidates: readonly number[] = Array.from(places.keys()),
): Shrinkage {
  const size = places.length
  const drawn = permutation(fold(key(0), 'places'), candidates.length).subarray(0, most)
  const chosen = Array.from(drawn, (i) => candidates[i]!)
  const m = chosen.length
  const [known, judged] = [picked(early, size, chosen), picked(late, size, chosen)]
  const S = products(known, m)
  const d = Float64Array.from(chosen, (_, i) => Math.sqrt(S[i * m + i]!) || 1e-6)
  let best: (Shrinkage & { readonly score: number }) | undefined
  for (const reach of reaches) {
    const E = Float64Array.from(S, (_, at) => {
      const [i, j] = [Math.floor(at / m), at % m]
      return d[i]! * d[j]! * falling(places[chosen[i]!]!, places[chosen[j]!]!, reach)
    })
    for (const share of shares) {
      const score = logDensity(
        S.map((value, i) => (1 - share) * value + share * E[i]!),
        judged,
        m,
      )
      if (!best || score > best.score) best = { share, reach, score }
    }
  }
  return { share: best!.share, reach: best!.reach }
}

function picked(values: Float64Array, size: number, chosen: readonly number[]): Float64Array {
  const m = chosen.length
  return Float64Array.from({ length: (values.length / size) * m }, (_, i) => {
    return values[Math.floor(i / m) * size + chosen[i % m]!]!
  })
}

/** The mean of a aᵀ over rows a, `[m, m]`. */
function products(rows: Float64Array, m: number): Float64Array {
  const out = new Float64Array(m * m)
  const n = rows.length / m
  for (let r = 0; r < n; r++) {
    for (let i = 0; i < m; i++) {
      const value = rows[r * m + i]! / n
      for (let j = 0; j < m; j++) out[i * m + j]! += value * rows[r * m + j]!
    }
  }
  return out
}

/** The mean of log N(row; 0, C) over rows, without its constant; −∞ where C is no covariance. */
function logDensity(C: Float64Array, rows: Float64Array, m: number): number {
  const n = rows.length / m
  const columns = transpose(rows, m)
  try {
    const { logDet, solve } = cholesky(C)
    const squares = solve(columns).reduce((sum, value, at) => sum + value * columns[at]!, 0)
    return -logDet / 2 - squares / (2 * n)
  } catch (error) {
    if (isTweedieError(error, 'diverged')) return -Infinity
    throw error
  }
}
