/** How far a covariance of few states should be drawn towards one that falls with the distance. */
import { fold, key, permutation } from '../../engine/random/index.ts'
import { cholesky } from '../trajectory/dense.ts'

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
const reaches = [1, 2, 4, 8, 16, 32] as const
/** Places that are looked at, and of how many at a time the others are told. */
const most = 240
const known = [8, 16, 32, 64] as const
/** Sets of each size. */
const repeats = 6
/** The error of what is told, in deviations of the data. */
const error = 0.05

/** E of two places; different variables have nothing in common. */
export function falling(a: Place, b: Place, reach: number): number {
  return a[0] === b[0] ? Math.exp(-(Math.abs(a[1] - b[1]) + Math.abs(a[2] - b[2])) / reach) : 0
}

/**
 * The shrinkage under which states that were held back are most likely at each place, given a few others: a composite likelihood. That of whole states is decided by
 * differences between neighbours, and a prior for sparse observations by what places far from each other have in common.
 *
 * An overview of composite likelihood methods (Varin, Reid & Firth, 2011), Statistica Sinica 21
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
  const [S, judged] = [products(picked(early, size, chosen), m), products(picked(late, size, chosen), m)]
  const d = Float64Array.from(chosen, (_, i) => Math.sqrt(S[i * m + i]!) || 1e-6)
  const noise = (error ** 2 * d.reduce((sum, each) => sum + each ** 2, 0)) / m
  const sets = setsOf(m)
  let best: (Shrinkage & { readonly score: number }) | undefined
  for (const reach of reaches) {
    const E = Float64Array.from(S, (_, at) => {
      const [i, j] = [Math.floor(at / m), at % m]
      return d[i]! * d[j]! * falling(places[chosen[i]!]!, places[chosen[j]!]!, reach)
    })
    for (const share of shares) {
      const C = S.map((value, i) => (1 - share) * value + share * E[i]!)
      const score = sets.reduce((sum, set) => sum + logDensity(C, judged, m, set, noise), 0)
      if (!best || score > best.score) best = { share, reach, score }
    }
  }
  return { share: best!.share, reach: best!.reach }
}

/** Sets of places that are told, of m. */
function setsOf(m: number): readonly Int32Array[] {
  const sizes = known.filter((size) => 2 * size <= m)
  return (sizes.length > 0 ? sizes : [Math.floor(m / 2)]).flatMap((size) =>
    Array.from({ length: repeats }, (_, k) =>
      Int32Array.from(permutation(fold(key(0), 'told', size, k), m).subarray(0, size)),
    ),
  )
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

/** The mean over places of E log N(x; w y, v), without its constant, where y are the values of a set and x has the moments J with them. */
function logDensity(C: Float64Array, J: Float64Array, m: number, set: Int32Array, noise: number): number {
  const k = set.length
  const told = Float64Array.from({ length: k * k }, (_, at) => {
    const [a, b] = [Math.floor(at / k), at % k]
    return C[set[a]! * m + set[b]!]! + (a === b ? noise : 0)
  })
  const cross = Float64Array.from({ length: k * m }, (_, at) => C[set[Math.floor(at / m)]! * m + (at % m)]!)
  const weights = k > 0 ? cholesky(told).solve(cross) : cross
  let score = 0
  for (let i = 0; i < m; i++) {
    if (set.includes(i)) continue
    let [variance, square] = [C[i * m + i]! + noise, J[i * m + i]!]
    for (let a = 0; a < k; a++) {
      const weight = weights[a * m + i]!
      variance -= weight * cross[a * m + i]!
      square -= 2 * weight * J[set[a]! * m + i]!
      for (let b = 0; b < k; b++) square += weight * weights[b * m + i]! * J[set[a]! * m + set[b]!]!
    }
    score -= (Math.log(variance) + square / variance) / 2 / (m - k)
  }
  return score
}
