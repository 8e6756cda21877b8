/** How long each pattern of a field remembers: its correlation in time, as far as data can tell it from the common one. */
import { isTweedieError } from '../../errors.ts'
import { symmetricEigen } from '../denoise/eigen.ts'
import { cholesky } from '../trajectory/dense.ts'
import {
  correlationsOf,
  type LagProducts,
  lagProducts,
  type Stretch,
  toeplitz,
  windowMoments,
  windowsIn,
} from './lag-products.ts'
import type { FieldLaw } from './law.ts'

/** What correlations in time are fitted to. */
export interface Courses {
  /** Anomalies `[n, S]`. */
  readonly anomalies: Float64Array
  readonly window: number
  /** The first state of each trajectory. */
  readonly starts: readonly number[]
  /** `[K, S]`, and their variances, and the variance beside them. */
  readonly patterns: Float64Array
  readonly variances: ArrayLike<number>
  readonly rest: number
  /** The share of what is common; by default chosen. */
  readonly share?: number | undefined
}

/** The correlations in time of a law. */
export interface FittedMemories extends Pick<FieldLaw, 'rhythms' | 'weights' | 'memories'> {
  /** What R_k have of the common correlation; 1: all are the same, and there are no `memories`. */
  readonly share: number
}

/** What is tried: shares of the common correlation. */
const shares = [0, 0.1, 0.25, 0.5, 0.75, 1] as const
/** Stretches that are left out, one after another. */
const blocks = 4
/** The least eigenvalue of a correlation in time, which is 1 on average. */
const leastWeight = 1e-4

/**
 * R_k = (1 − a) Ř_k + a R̄ with the measured correlation Ř_k of pattern k and R̄, that of all numbers together. The share a is the one that makes stretches of the states that were left
 * out most likely, under correlations of the others: a pattern's own correlations are those of few independent states. What lies beside the patterns has a share of its own.
 */
export function fitMemories(data: Courses): FittedMemories {
  const { anomalies, window: T, starts, patterns, variances, rest } = data
  const K = variances.length
  const S = patterns.length / K
  const all = lagProducts(anomalies, S, T, starts)
  const common = correlationsOf(all) ?? Float64Array.from({ length: T }, (_, lag) => Number(lag === 0))
  if (data.share === 1) return { ...spectrum(common), share: 1 }
  const each = Array.from({ length: K }, (_, k) => lagProducts(along(anomalies, patterns, S, k), 1, T, starts))
  const products = all.products.map((sum, at) => each.reduce((left, own) => left - own.products[at]!, sum))
  const beside = { ...all, products }
  const choose = (parts: readonly Part[]): number => data.share ?? likeliestShare(all, parts)
  const blend = (course: LagProducts, share: number): Float64Array => blended(correlationsOf(course), common, share)
  const share = choose(each.map((course, k) => ({ course, variance: variances[k]!, count: 1 })))
  const restShare = K < S ? choose([{ course: beside, variance: rest, count: S - K }]) : 1
  const others = spectrum(blend(beside, restShare))
  if (share === 1 && restShare === 1) return { ...others, share }
  const own = each.map((course) => (share === 1 ? undefined : spectrum(blend(course, share))))
  const usual = spectrum(common)
  const memories = { rhythms: new Float32Array(K * T * T), weights: new Float32Array(K * T) }
  own.forEach((found = usual, k) => {
    memories.rhythms.set(found.rhythms, k * T * T)
    memories.weights.set(found.weights, k * T)
  })
  return { ...others, memories, share }
}

/** Numbers that change alike: one pattern, or all that lies beside the patterns. */
interface Part {
  readonly course: LagProducts
  readonly variance: number
  readonly count: number
}

/** The share under which stretches that are left out are most likely; 1 where none is as long as a window. */
function likeliestShare(all: LagProducts, parts: readonly Part[]): number {
  const n = all.products.length / all.window
  const scores = shares.map(() => 0)
  let seen = 0
  for (let block = 0; block < Math.min(blocks, Math.floor(n / all.window)); block++) {
    const left: Stretch = [Math.floor((block * n) / blocks), Math.floor(((block + 1) * n) / blocks)]
    const windows = windowsIn(all, left)
    const common = windows.length > 0 ? correlationsOf(all, left) : undefined
    if (!common) continue
    seen += windows.length
    for (const { course, variance, count } of parts) {
      const moments = windowMoments(course, windows).map((sum) => sum / variance)
      const own = correlationsOf(course, left)
      shares.forEach((share, k) => {
        scores[k]! += logLikelihood(blended(own, common, share), moments, count * windows.length)
      })
    }
  }
  return seen === 0 ? 1 : shares[scores.lastIndexOf(Math.max(...scores))]!
}

/** Σ log N(a; 0, R) over draws a with Σ a aᵀ = M, without its constant; −∞ where R is no covariance. */
function logLikelihood(correlations: Float64Array, moments: Float64Array, count: number): number {
  const T = correlations.length
  const matrix = toeplitz(correlations)
  for (let t = 0; t < T; t++) matrix[t * T + t]! += leastWeight
  try {
    const { logDet, solve } = cholesky(matrix)
    const solved = solve(moments)
    let trace = 0
    for (let t = 0; t < T; t++) trace += solved[t * T + t]!
    return -(count * logDet + trace) / 2
  } catch (error) {
    if (isTweedieError(error, 'diverged')) return -Infinity
    throw error
  }
}

function blended(own: Float64Array | undefined, common: Float64Array, share: number): Float64Array {
  return own ? own.map((value, lag) => (1 - share) * value + share * common[lag]!) : common
}

/** Eigenvectors and eigenvalues of a correlation. */
function spectrum(correlations: Float64Array): { readonly rhythms: Float32Array; readonly weights: Float32Array } {
  const { values, vectors } = symmetricEigen(toeplitz(correlations), correlations.length)
  return {
    rhythms: Float32Array.from(vectors),
    weights: Float32Array.from(values, (value) => Math.max(value, leastWeight)),
  }
}

/** p = a v_k of each state. */
function along(anomalies: Float64Array, patterns: Float64Array, S: number, k: number): Float64Array {
  const out = new Float64Array(anomalies.length / S)
  for (let i = 0; i < out.length; i++) {
    for (let s = 0; s < S; s++) out[i]! += anomalies[i * S + s]! * patterns[k * S + s]!
  }
  return out
}
