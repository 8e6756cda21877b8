/**
 * How good an ensemble is: its members x_1 … x_M at each place, and what was true there.
 *
 * Arrays are `[members, places]` and `[places]`; results are means over places.
 */
import { TweedieError } from '../../errors.ts'

/** Members and truth. */
interface Sizes {
  readonly members: number
  readonly places: number
}

/**
 * The continuous ranked probability score, in the units of the data; smaller is better, and for one member it is the absolute error:
 *
 *     CRPS = (1/M) Σ |x_m − y| − (1/(2 M²)) Σ |x_m − x_n|.
 *
 * With `fair` the second sum is divided by 2 M (M − 1): the expectation is then that of an infinite ensemble of the same law, so ensembles
 * of different sizes can be compared.
 *
 * - Gneiting & Raftery, Strictly Proper Scoring Rules (2007), doi:10.1198/016214506000001437
 * - Ferro, Fair scores for ensemble forecasts (2014), doi:10.1002/qj.2270
 *
 * @throws TweedieError `shape` where sizes do not fit, `usage` for a fair score of one member
 * @example
 * crps([1, 3], [2]) // → 0.5: both members are 1 away, and 2 apart
 */
export function crps(members: ArrayLike<number>, truth: ArrayLike<number>, { fair = false } = {}): number {
  const { members: count, places } = sizesOf(members, truth)
  if (fair && count < 2) throw new TweedieError('usage', 'a fair score needs two members at least')
  const own = new Float64Array(count)
  let total = 0
  for (let i = 0; i < places; i++) {
    let near = 0
    for (let m = 0; m < count; m++) {
      own[m] = members[m * places + i]!
      near += Math.abs(own[m]! - truth[i]!)
    }
    // of sorted values Σ_{m,n} |x_m − x_n| = 2 Σ_m (2 m − M + 1) x_m
    own.sort()
    let apart = 0
    for (let m = 0; m < count; m++) apart += 2 * (2 * m - count + 1) * own[m]!
    total += near / count - apart / (2 * count * (fair ? count - 1 : count))
  }
  return total / places
}

/** The CRPS of the Gaussian N(mean, sigma²) for a value y, in closed form. Gneiting & Raftery (2007), section 4.2 */
export function gaussianCrps(mean: number, sigma: number, y: number): number {
  const z = (y - mean) / sigma
  const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)
  return sigma * (z * (2 * normalCdf(z) - 1) + 2 * density - 1 / Math.sqrt(Math.PI))
}

/** Skill and spread of an ensemble. */
export interface SpreadSkill {
  /** The root of the mean squared error of the ensemble's mean. */
  readonly rmse: number
  /** The root of the mean variance of the members, with M − 1. */
  readonly spread: number
  /** √((M + 1)/M) spread / rmse: 1 for members that are like the truth, below 1 for an ensemble that is too sure. */
  readonly ratio: number
}

/**
 * Compares the error of the mean with the spread.
 *
 * Why Should Ensemble Spread Match the RMSE of the Ensemble Mean? (Fortin et al., 2014), doi:10.1175/JHM-D-14-0008.1
 *
 * @throws TweedieError `shape` where sizes do not fit, `usage` for a single member
 */
export function spreadSkill(members: ArrayLike<number>, truth: ArrayLike<number>): SpreadSkill {
  const { members: count, places } = sizesOf(members, truth)
  if (count < 2) throw new TweedieError('usage', 'the spread of an ensemble needs two members at least')
  let [errors, variances] = [0, 0]
  for (let i = 0; i < places; i++) {
    let [sum, squares] = [0, 0]
    for (let m = 0; m < count; m++) sum += members[m * places + i]!
    const mean = sum / count
    for (let m = 0; m < count; m++) squares += (members[m * places + i]! - mean) ** 2
    variances += squares / (count - 1)
    errors += (mean - truth[i]!) ** 2
  }
  const [rmse, spread] = [Math.sqrt(errors / places), Math.sqrt(variances / places)]
  return { rmse, spread, ratio: (Math.sqrt((count + 1) / count) * spread) / rmse }
}

/** A rank histogram. */
export interface RankHistogram {
  /** How often the truth had rank 0 … M among the members. */
  readonly counts: readonly number[]
  /** Σ (counts − expected)² / expected: about M for a flat histogram of independent places. */
  readonly chiSquare: number
  /** The probability of this much or more, if the places were independent and the histogram flat. */
  readonly pValue: number
}

/**
 * The rank of the truth among the members. It is flat where the truth is like a member; hollow for an ensemble that is too sure. Ties
 * are split evenly. Neighbouring places are not independent, so for fields the p-value is too small.
 *
 * Interpretation of Rank Histograms for Verifying Ensemble Forecasts (Hamill, 2001), doi:10.1175/1520-0493(2001)129<0550:IORHFV>2.0.CO;2
 *
 * @throws TweedieError `shape` where sizes do not fit
 */
export function rankHistogram(members: ArrayLike<number>, truth: ArrayLike<number>): RankHistogram {
  const { members: count, places } = sizesOf(members, truth)
  const counts = Array.from({ length: count + 1 }, () => 0)
  for (let i = 0; i < places; i++) {
    let [below, same] = [0, 0]
    for (let m = 0; m < count; m++) {
      const value = members[m * places + i]!
      if (value < truth[i]!) below++
      else if (value === truth[i]!) same++
    }
    for (let rank = below; rank <= below + same; rank++) counts[rank]! += 1 / (same + 1)
  }
  const expected = places / (count + 1)
  const chiSquare = counts.reduce((sum, each) => sum + (each - expected) ** 2 / expected, 0)
  return { counts, chiSquare, pValue: chiSquareTail(chiSquare, count) }
}

/**
 * P(χ² ≥ x) with so many degrees of freedom: the regularised upper incomplete gamma function Q(k/2, x/2), by its series or its
 * continued fraction.
 */
export function chiSquareTail(x: number, degrees: number): number {
  const [a, z] = [degrees / 2, x / 2]
  if (z <= 0) return 1
  const front = Math.exp(a * Math.log(z) - z - logGamma(a))
  if (z < a + 1) {
    let [term, sum] = [1 / a, 1 / a]
    for (let n = 1; n < 1000 && term > sum * 1e-16; n++) {
      term *= z / (a + n)
      sum += term
    }
    return Math.max(0, 1 - front * sum)
  }
  // Lentz's method
  let b = z + 1 - a
  let [c, d] = [1e300, 1 / b]
  let h = d
  for (let n = 1; n < 1000; n++) {
    const an = -n * (n - a)
    b += 2
    d = 1 / (an * d + b)
    c = b + an / c
    h *= d * c
    if (Math.abs(d * c - 1) < 1e-15) break
  }
  return front * h
}

/** log Γ(x) for x > 0: Stirling's series, after moving x up. */
function logGamma(x: number): number {
  let [at, shift] = [x, 0]
  while (at < 12) {
    shift -= Math.log(at)
    at++
  }
  const inverse = 1 / (at * at)
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / at
  return shift + (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series
}

/** Φ(z), by χ² with one degree of freedom: P(|Z| ≥ z). */
function normalCdf(z: number): number {
  const tail = 0.5 * chiSquareTail(z * z, 1)
  return z >= 0 ? 1 - tail : tail
}

function sizesOf(members: ArrayLike<number>, truth: ArrayLike<number>): Sizes {
  const count = members.length / truth.length
  if (Number.isInteger(count) && count > 0) return { members: count, places: truth.length }
  throw new TweedieError(
    'shape',
    `${members.length} values of members for ${truth.length} places: no whole number of members`,
  )
}
