/** How good the draws of a predictive law are, given what came true: `draws` is `[rows, draws]`, `truth` `[rows]`. */
import { TweedieError } from '../../errors.ts'

/** Draws of every row, and how many there are for each. */
export interface PredictiveDraws {
  readonly draws: Float32Array | Float64Array
  readonly each: number
}

/**
 * The quantile of sorted numbers, linear between them (type 7 of Hyndman and Fan): the value at place `share · (n − 1)`.
 *
 * @param share in [0, 1]
 */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(sorted.length - 1, low + 1)
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!)
}

/** A row's draws in rising order. */
export function sortedDraws({ draws, each }: PredictiveDraws, row: number): Float64Array {
  return Float64Array.from(draws.subarray(row * each, (row + 1) * each)).sort()
}

/**
 * The continuous ranked probability score of each row, E|Y − y| − E|Y − Y′| / 2: less is better, and the least expected value has the true
 * law. Draws stand for their law, as unbiased for independent ones: 1 / (n (n − 1)) over pairs.
 *
 * Gneiting & Raftery, Strictly Proper Scoring Rules (2007)
 */
export function predictiveCrps(predictive: PredictiveDraws, truth: ArrayLike<number>): Float64Array {
  const { each: n } = predictive
  requireRows(predictive, truth)
  return Float64Array.from(truth, (y, row) => {
    const sorted = sortedDraws(predictive, row)
    let [near, pairs] = [0, 0]
    sorted.forEach((draw, i) => {
      near += Math.abs(draw - y)
      pairs += (2 * i + 1 - n) * draw
    })
    return near / n - pairs / (n * Math.max(1, n - 1))
  })
}

/** The same for a Gaussian law, in closed form: σ (z (2Φ(z) − 1) + 2φ(z) − 1/√π) with z = (y − μ) / σ. */
export function crpsOfGaussian(mean: number, sigma: number, y: number): number {
  const z = (y - mean) / sigma
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)
  return sigma * (z * (2 * normalCdf(z) - 1) + 2 * density - 1 / Math.sqrt(Math.PI))
}

/** Φ, by the complementary error function of W. J. Cody's kind in Numerical Recipes' form: relative error 1.2e-7. */
export function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + x / 2)
  const terms = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
  ]
  const tail = (t * Math.exp(-x * x - 1.26551223 + t * terms.reduce((sum, term) => sum * t + term, 0))) / 2
  return z > 0 ? 1 - tail : tail
}

/** The share of rows whose truth lies in the central interval of this share of the draws (PICP). */
export function coverage(predictive: PredictiveDraws, truth: ArrayLike<number>, share = 0.95): number {
  requireRows(predictive, truth)
  let inside = 0
  for (let row = 0; row < truth.length; row++) {
    const sorted = sortedDraws(predictive, row)
    const y = truth[row]!
    if (quantileOf(sorted, (1 - share) / 2) <= y && y <= quantileOf(sorted, (1 + share) / 2)) inside++
  }
  return inside / truth.length
}

/**
 * The quantile interval coverage error: how far the share of truths between neighbouring quantiles of the draws is from 1 / bins, on
 * average. Han, Zheng & Zhou (2022), section 4.
 */
export function qice(predictive: PredictiveDraws, truth: ArrayLike<number>, bins = 10): number {
  requireRows(predictive, truth)
  const counts = new Float64Array(bins)
  for (let row = 0; row < truth.length; row++) {
    const sorted = sortedDraws(predictive, row)
    let bin = 0
    while (bin < bins - 1 && truth[row]! > quantileOf(sorted, (bin + 1) / bins)) bin++
    counts[bin]!++
  }
  return counts.reduce((sum, count) => sum + Math.abs(count / truth.length - 1 / bins), 0) / bins
}

/** The expected {@link qice} of a perfect model on so many rows, E|B/n − 1/bins| with B ~ Bin(n, 1/bins): no error is below it. */
export function qiceFloor(rows: number, bins = 10): number {
  const p = 1 / bins
  let [mass, sum] = [Math.exp(rows * Math.log1p(-p)), 0]
  for (let k = 0; k <= rows; k++) {
    sum += mass * Math.abs(k / rows - p)
    mass *= ((rows - k) / (k + 1)) * (p / (1 - p))
  }
  return sum
}

/**
 * −log of a Gaussian kernel estimate of each row's density, with the draws' own standard deviation as bandwidth, as CARD's code has it.
 * That is wide: for a Gaussian law of variance s² it is the density of variance 2 s².
 */
export function kernelNll(predictive: PredictiveDraws, truth: ArrayLike<number>): Float64Array {
  const { draws, each } = predictive
  requireRows(predictive, truth)
  return Float64Array.from(truth, (y, row) => {
    const own = draws.subarray(row * each, (row + 1) * each)
    const { deviation } = moments(own)
    const exponents = Float64Array.from(own, (draw) => -(((y - draw) / deviation) ** 2) / 2)
    const most = exponents.reduce((a, b) => Math.max(a, b), -Infinity)
    const sum = exponents.reduce((total, exponent) => total + Math.exp(exponent - most), 0)
    return Math.log(each) - most - Math.log(sum) + Math.log(deviation) + Math.log(2 * Math.PI) / 2
  })
}

/** Mean and standard deviation of some numbers, n − 1 in the denominator. */
export function moments(values: ArrayLike<number>): { readonly mean: number; readonly deviation: number } {
  const n = values.length
  let mean = 0
  for (let i = 0; i < n; i++) mean += values[i]! / n
  let square = 0
  for (let i = 0; i < n; i++) square += (values[i]! - mean) ** 2
  return { mean, deviation: Math.sqrt(square / Math.max(1, n - 1)) }
}

function requireRows({ draws, each }: PredictiveDraws, truth: ArrayLike<number>): void {
  if (truth.length > 0 && draws.length === truth.length * each) return
  throw new TweedieError('shape', `${draws.length} draws, ${each} for each of ${truth.length} rows`)
}
