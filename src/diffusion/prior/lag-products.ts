/** Products of states of trajectories that are few steps apart: all that correlations in time, and their likelihoods, need. */

/** a_i · a_{i + lag} of n states, for lags below T, `[n, T]`; zero where a trajectory ends before. */
export interface LagProducts {
  readonly products: Float64Array
  readonly window: number
  /** The first state of each trajectory, and n behind the last. */
  readonly bounds: readonly number[]
}

/** @param rows `[n, size]` */
export function lagProducts(rows: Float64Array, size: number, T: number, starts: readonly number[]): LagProducts {
  const n = rows.length / size
  const bounds = [...starts, n]
  const products = new Float64Array(n * T)
  starts.forEach((start, k) => {
    const end = bounds[k + 1]!
    for (let i = start; i < end; i++) {
      for (let lag = 0; lag < T && i + lag < end; lag++) {
        let sum = 0
        for (let s = 0; s < size; s++) sum += rows[i * size + s]! * rows[(i + lag) * size + s]!
        products[i * T + lag] = sum
      }
    }
  })
  return { products, window: T, bounds }
}

/** A stretch of states, from the first to before the last. */
export type Stretch = readonly [from: number, to: number]

/**
 * Correlations of states 0 … T − 1 apart over all pairs that do not touch a stretch. Sums are divided by that of lag 0, so the sequence is positive semidefinite; undefined where nothing varies.
 */
export function correlationsOf(
  { products, window: T }: LagProducts,
  [from, to]: Stretch = [0, 0],
): Float64Array | undefined {
  const sums = new Float64Array(T)
  for (let i = 0; i < products.length / T; i++) {
    if (i >= from && i < to) continue
    // pairs that reach into the stretch, or over it
    const most = i < from && from < to ? Math.min(T, from - i) : T
    for (let lag = 0; lag < most; lag++) sums[lag]! += products[i * T + lag]!
  }
  return sums[0]! > 0 ? sums.map((sum) => sum / sums[0]!) : undefined
}

/** Windows of T states next to each other within a stretch, none over the end of a trajectory. */
export function windowsIn({ window: T, bounds }: LagProducts, [from, to]: Stretch): readonly number[] {
  return bounds.slice(0, -1).flatMap((bound, k) => {
    const [first, last] = [Math.max(from, bound), Math.min(to, bounds[k + 1]!)]
    return Array.from({ length: Math.max(0, Math.floor((last - first) / T)) }, (_, w) => first + w * T)
  })
}

/** The sum of a aᵀ over windows, `[T, T]`. */
export function windowMoments({ products, window: T }: LagProducts, windows: readonly number[]): Float64Array {
  const out = new Float64Array(T * T)
  for (const first of windows) {
    for (let t = 0; t < T; t++) {
      for (let u = t; u < T; u++) {
        const value = products[(first + t) * T + u - t]!
        out[t * T + u]! += value
        if (u > t) out[u * T + t]! += value
      }
    }
  }
  return out
}

/** The matrix of a sequence of correlations, `[T, T]`. */
export function toeplitz(sequence: ArrayLike<number>): Float64Array {
  const T = sequence.length
  return Float64Array.from({ length: T * T }, (_, at) => sequence[Math.abs(Math.floor(at / T) - (at % T))]!)
}
