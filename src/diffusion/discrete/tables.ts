/** Kernels without a closed form: tables of transition probabilities. */

/** Transition matrices `[K, K]`, row-major: row i is the law of where i goes. They may be shared: read only. */
export interface Tables {
  readonly categories: number
  /**
   * Q_{s→t}, for s < t.
   *
   * @throws TweedieError `usage` for times that are not steps of the process
   */
  between(s: number, t: number): Float64Array
}

/** The product of two `[K, K]` matrices. */
export function product(a: Float64Array, b: Float64Array, k: number): Float64Array {
  const out = new Float64Array(k * k)
  for (let i = 0; i < k; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l]!
      if (factor === 0) continue
      for (let j = 0; j < k; j++) out[i * k + j]! += factor * b[l * k + j]!
    }
  }
  return out
}

/** The place into whose share u ∈ [0, 1) falls, among `count` probabilities from `at` on. */
export function drawFrom(table: Float64Array, at: number, count: number, u: number): number {
  let left = u
  let last = 0
  for (let j = 0; j < count; j++) {
    const p = table[at + j]!
    if (p <= 0) continue
    if (left < p) return j
    left -= p
    last = j
  }
  return last
}
