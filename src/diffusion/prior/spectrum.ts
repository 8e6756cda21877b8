/** Functions of the covariance of a field law, times vectors. */
import { eigenvaluesOf, type FieldLaw } from './law.ts'

/**
 * f(Σ) z, where f acts on eigenvalues: `e` gives Σ z, `Math.sqrt` the root that draws are made with, `1 / e` what densities need. With z along pattern k, p_k = z v_k, and U, U_k the rhythms,
 *
 *     f(Σ) z = Uᵀ f(w r) U z + Σ_k (U_kᵀ f(w_k λ_k) U_k p_k − Uᵀ f(w r) U p_k) v_kᵀ.
 *
 * @param z `[T, S]`
 * @returns `[T, S]`
 */
export function ofSpectrum(law: FieldLaw, z: ArrayLike<number>, f: (eigenvalue: number) => number): Float64Array {
  const { states: T, size: S, patterns, variances, rest, rhythms, weights, memories } = law
  const K = variances.length
  const out = new Float64Array(T * S)
  // without anything beside the patterns, its share is not asked for: 1/0 would be infinite
  const beside = K < S ? Float64Array.from(weights, (weight) => f(weight * rest)) : new Float64Array(T)
  if (K < S) {
    const row = new Float64Array(S)
    for (let i = 0; i < T; i++) {
      row.fill(0)
      for (let t = 0; t < T; t++) {
        const part = rhythms[i * T + t]! * beside[i]!
        for (let s = 0; s < S; s++) row[s]! += part * z[t * S + s]!
      }
      for (let t = 0; t < T; t++) {
        const part = rhythms[i * T + t]!
        for (let s = 0; s < S; s++) out[t * S + s]! += part * row[s]!
      }
    }
  }
  const gains = eigenvaluesOf(law).map(f)
  const along = new Float64Array(T)
  for (let k = 0; k < K; k++) {
    for (let t = 0; t < T; t++) {
      along[t] = 0
      for (let s = 0; s < S; s++) along[t]! += patterns[k * S + s]! * z[t * S + s]!
    }
    const own = memories?.rhythms.subarray(k * T * T, (k + 1) * T * T) ?? rhythms
    const changed = filtered(own, along, (i) => gains[i * K + k]!)
    if (K < S) filtered(rhythms, along, (i) => beside[i]!).forEach((value, t) => (changed[t]! -= value))
    for (let t = 0; t < T; t++) {
      for (let s = 0; s < S; s++) out[t * S + s]! += changed[t]! * patterns[k * S + s]!
    }
  }
  return out
}

/** Uᵀ diag(gain) U p. */
function filtered(rhythms: Float32Array, p: Float64Array, gain: (i: number) => number): Float64Array {
  const T = p.length
  const out = new Float64Array(T)
  for (let i = 0; i < T; i++) {
    let along = 0
    for (let t = 0; t < T; t++) along += rhythms[i * T + t]! * p[t]!
    along *= gain(i)
    for (let t = 0; t < T; t++) out[t]! += rhythms[i * T + t]! * along
  }
  return out
}
