/** How good probabilities of classes are: `[rows, classes]` beside the numbers of the true classes. */
import { TweedieError } from '../../errors.ts'

/** What {@link judgeProbabilities} finds. */
export interface ProbabilityReport {
  /** The share of rows whose most probable class is the true one. */
  readonly accuracy: number
  /** The mean of −log p(true class), p at least `least`. */
  readonly nll: number
  /**
   * The expected calibration error: how far, in stretches of the largest probability, its mean is from the share of right answers,
   * weighted by the rows in them. Guo et al., On Calibration of Modern Neural Networks (2017).
   */
  readonly ece: number
  /** The mean of Σ (p − one of true class)². */
  readonly brier: number
}

/** Judges probabilities of classes. @param options `bins` of the calibration, and the `least` probability that counts */
export function judgeProbabilities(
  probabilities: ArrayLike<number>,
  truth: ArrayLike<number>,
  { bins = 10, least = 1e-6 }: { readonly bins?: number; readonly least?: number } = {},
): ProbabilityReport {
  const rows = truth.length
  const classes = probabilities.length / rows
  if (!Number.isInteger(classes))
    throw new TweedieError('shape', `${probabilities.length} probabilities for ${rows} rows`)
  const [sure, right] = [new Float64Array(bins), new Float64Array(bins)]
  let [hits, nll, brier] = [0, 0, 0]
  for (let row = 0; row < rows; row++) {
    let best = 0
    for (let k = 0; k < classes; k++) {
      const p = probabilities[row * classes + k]!
      if (p > probabilities[row * classes + best]!) best = k
      brier += (p - Number(k === truth[row])) ** 2
    }
    const p = probabilities[row * classes + best]!
    const bin = Math.min(bins - 1, Math.floor(p * bins))
    const hit = Number(best === truth[row])
    sure[bin]! += p
    right[bin]! += hit
    hits += hit
    nll -= Math.log(Math.max(least, probabilities[row * classes + truth[row]!]!))
  }
  const ece = sure.reduce((sum, each, bin) => sum + Math.abs(each - right[bin]!), 0) / rows
  return { accuracy: hits / rows, nll: nll / rows, ece, brier: brier / rows }
}

/**
 * Patch accuracy versus uncertainty, row by row: the share of rows that are right and sure, or wrong and unsure. Mukhoti & Gal, Evaluating
 * Bayesian Deep Learning Methods (2018); CARD calls a row sure if a paired t-test tells the two most probable classes apart.
 */
export function accuracyVersusUncertainty(right: readonly boolean[], sure: readonly boolean[]): number {
  return right.filter((each, row) => each === sure[row]).length / right.length
}

/** Student's t of paired differences a − b; infinite where all are the same, and not zero. */
export function pairedT(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length
  let mean = 0
  for (let i = 0; i < n; i++) mean += (a[i]! - b[i]!) / n
  let square = 0
  for (let i = 0; i < n; i++) square += (a[i]! - b[i]! - mean) ** 2
  if (square === 0) return mean === 0 ? 0 : Math.sign(mean) * Infinity
  return mean / Math.sqrt(square / (n - 1) / n)
}
