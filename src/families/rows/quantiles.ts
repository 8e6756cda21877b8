/**
 * Numbers of a column as standard normal ones, by their ranks, and back:
 *
 *     z = Φ⁻¹(F(v)),    v = F⁻¹(Φ(z)).
 *
 * F is the distribution function of the column, straight between values. A value that stands for a share of the rows (a tie, a whole
 * number) has an interval of F instead of a point: a number in it is drawn when the value is to be learned, and every number in it is the
 * value again. So all columns are normal to the network, and what is drawn lies on what the column has where it is discrete.
 */
import { normalCdf, normalQuantile } from '../../diffusion/denoise/normal-quantile.ts'

/** The distribution function of a column: rising values, and from where to where F goes at each. */
export interface Quantiles {
  readonly values: readonly number[]
  readonly low: readonly number[]
  readonly high: readonly number[]
  /** How many decimals the column has; numbers between its values are rounded to them. */
  readonly decimals: number
}

/** The most values that are kept, where a column has more. */
const mostKnots = 512
/** A column with this many rows to each of its values is discrete: there is nothing between the values. */
const rowsToValue = 4
/** In any other column, a value with this share of the rows, and this many of them, has an interval. */
const [atomShare, atomRows] = [0.01, 3]
/** Decimals beyond these are not counted. */
const mostDecimals = 15

/**
 * The quantiles of a column.
 *
 * @param column its values; NaN is passed over. At least one is there
 */
export function quantilesOf(column: Float64Array): Quantiles {
  const sorted = column.filter((value) => !Number.isNaN(value)).sort()
  const total = sorted.length
  const knots: { value: number; from: number; to: number }[] = []
  for (let from = 0; from < total;) {
    let to = from + 1
    while (to < total && sorted[to] === sorted[from]) to++
    knots.push({ value: sorted[from]!, from, to })
    from = to
  }
  const isDiscrete = total >= rowsToValue * knots.length && knots.length <= mostKnots
  const isAtom = ({ from, to }: (typeof knots)[number]): boolean =>
    isDiscrete || to - from >= Math.max(atomRows, atomShare * total)
  const kept = thinned(knots, isAtom, total)
  return Object.freeze({
    values: kept.map(({ value }) => value),
    low: kept.map((knot) => (isAtom(knot) ? knot.from : (knot.from + knot.to) / 2) / total),
    high: kept.map((knot) => (isAtom(knot) ? knot.to : (knot.from + knot.to) / 2) / total),
    decimals: decimalsOf(sorted),
  })
}

/** The interval of F at a value; beyond the ends of the column, that of the end. */
export function intervalOf({ values, low, high }: Quantiles, value: number): readonly [low: number, high: number] {
  const next = firstAbove(values, value)
  const at = Math.max(0, next - 1)
  if (next === 0 || values[at] === value || next === values.length) return [low[at]!, high[at]!]
  const share = (value - values[at]!) / (values[next]! - values[at]!)
  const u = high[at]! + share * (low[next]! - high[at]!)
  return [u, u]
}

/** z of a place in the interval, 0 … 1. */
export function normalIn([low, high]: readonly [low: number, high: number], place: number): number {
  const u = low + place * (high - low)
  return normalQuantile(Math.min(1 - 1e-9, Math.max(1e-9, u)))
}

/** The value of a normal number. */
export function valueOf({ values, low, high, decimals }: Quantiles, z: number): number {
  const u = normalCdf(z)
  const next = firstAbove(low, u)
  const at = Math.max(0, next - 1)
  if (next === 0 || u <= high[at]! || next === values.length) return values[at]!
  const share = (u - high[at]!) / (low[next]! - high[at]!)
  return rounded(values[at]! + share * (values[next]! - values[at]!), decimals)
}

/** How many values of a rising list are at most `x`. */
function firstAbove(list: readonly number[], x: number): number {
  let [from, to] = [0, list.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (list[middle]! <= x) from = middle + 1
    else to = middle
  }
  return from
}

/** All values with an interval, and so many others, equally far apart in rank. */
function thinned<Knot extends { readonly from: number }>(
  knots: readonly Knot[],
  isAtom: (knot: Knot) => boolean,
  total: number,
): readonly Knot[] {
  if (knots.length <= mostKnots) return knots
  let last = -1
  return knots.filter((knot, i) => {
    const place = Math.floor((mostKnots * knot.from) / total)
    const isNew = place !== last
    last = place
    return isNew || isAtom(knot) || i === knots.length - 1
  })
}

/** The fewest decimals with which every value is written. */
function decimalsOf(values: Float64Array): number {
  let decimals = 0
  for (const value of values) {
    while (decimals < mostDecimals && rounded(value, decimals) !== value) decimals++
  }
  return decimals
}

function rounded(value: number, decimals: number): number {
  return decimals >= mostDecimals || Math.abs(value) >= 1e21 ? value : Number(value.toFixed(decimals))
}
