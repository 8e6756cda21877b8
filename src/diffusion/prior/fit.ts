/** A Gaussian law of fields from states of a trajectory. */
import { TweedieError } from '../../errors.ts'
import { anomaliesOf, climateOf, deviations, turnOf } from './climate.ts'
import type { FieldLaw } from './law.ts'
import { fitMemories } from './memories.ts'
import { likeliestShrinkage, type Place, type Shrinkage } from './shrinkage.ts'
import { smoother } from './smoother.ts'
import { strongest } from './strongest.ts'

/** States, and what is known of them. */
export interface FieldStates {
  /** `[n, S]`, in the units in which the law is wanted. */
  readonly states: Float32Array
  readonly grid: readonly [rows: number, columns: number]
  /** Quantities on the grid; default 1. */
  readonly variables?: number | undefined
  /** Which number of `[variables, rows, columns]` each of S is; left out: all of them, in order. Where edges are repeated, several are the same. */
  readonly cells?: ArrayLike<number> | undefined
  /** T: states in a window. */
  readonly window: number
  /** The angle of each state through its day in radians, where states have one: the mean follows it. */
  readonly angles?: Float64Array | undefined
  /** The first state of every trajectory, rising from 0; default `[0]`, one trajectory. */
  readonly starts?: readonly number[] | undefined
  /** K, the most patterns in space; default 128. */
  readonly patterns?: number | undefined
  /** How the covariance is shrunk; by default, as makes held-back states most likely. */
  readonly shrinkage?: Shrinkage | undefined
  /**
   * What each pattern's correlation in time has of the common one, 0 … 1; `likeliest`: as makes states that were left out most likely. By default 1, all are the same.
   */
  readonly memoryShare?: number | 'likeliest' | undefined
}

/** The law, and how its covariance was shrunk. */
export interface FittedFieldLaw extends FieldLaw {
  readonly shrinkage: Shrinkage
  readonly memoryShare: number
}

const usualPatterns = 128

/**
 * Fits {@link FieldLaw}: the mean with its daily cycle; the covariance in space, measured and drawn towards one that falls with the distance, as far as makes
 * the last third of the states most likely under the law of those before; and the correlation in time, of all numbers together or of each pattern.
 *
 * A Well-Conditioned Estimator for Large-Dimensional Covariance Matrices (Ledoit & Wolf, 2004), https://doi.org/10.1016/S0047-259X(03)00096-4
 *
 * @throws TweedieError `data` for fewer states than three windows, `shape` where states do not fill the grid
 * @example
 * const law = fitFieldLaw({ states, grid: [33, 49], window: 12, angles })
 */
export function fitFieldLaw(data: FieldStates): FittedFieldLaw {
  const { states, grid, variables = 1, window: T, angles, starts = [0] } = data
  const plane = grid[0] * grid[1]
  const cells = Int32Array.from(data.cells ?? { length: variables * plane }, (cell, i) => (data.cells ? cell : i))
  const S = cells.length
  const n = states.length / S
  if (!Number.isInteger(n) || (angles && angles.length !== n)) {
    throw new TweedieError('shape', `${states.length} numbers are no ${angles?.length ?? ''} states of ${S} numbers`)
  }
  if (n < 3 * T) {
    throw new TweedieError('data', `a covariance of ${n} states, with windows of ${T}: three windows at least`, {
      hint: 'a shorter `window`, or `precondition: none`',
    })
  }
  const climate = climateOf(states, S, angles)
  const anomalies = anomaliesOf(states, S, angles, climate)
  const shrinkage = data.shrinkage ?? shrinkageOf(states, cells, grid, angles)
  const d = deviations(anomalies, S)
  const smooth = smoother(cells, d, [variables, ...grid], shrinkage.reach)
  const product = (v: Float64Array, out: Float64Array): void => {
    smooth(v, out)
    for (let s = 0; s < S; s++) out[s]! *= shrinkage.share
    for (let i = 0; i < n; i++) {
      let along = 0
      for (let s = 0; s < S; s++) along += anomalies[i * S + s]! * v[s]!
      along *= (1 - shrinkage.share) / n
      for (let s = 0; s < S; s++) out[s]! += along * anomalies[i * S + s]!
    }
  }
  const K = Math.min(S, data.patterns ?? usualPatterns)
  const { values, vectors } = strongest(product, S, K)
  const trace = d.reduce((sum, each) => sum + each ** 2, 0)
  const least = (1e-6 * trace) / S
  const known = values.reduce((sum, each) => sum + each, 0)
  const rest = K < S ? Math.max((trace - known) / (S - K), least) : 0
  const variances = values.map((value) => Math.max(value, rest, least))
  const { share, ...time } = fitMemories({
    anomalies,
    window: T,
    starts,
    patterns: vectors,
    variances,
    rest,
    share: data.memoryShare === 'likeliest' ? undefined : (data.memoryShare ?? 1),
  })
  return Object.freeze({
    states: T,
    size: S,
    mean: Float32Array.from(climate.subarray(0, S)),
    ...(angles && { cycle: { coefficients: Float32Array.from(climate.subarray(S)), turn: turnOf(angles) } }),
    patterns: Float32Array.from(vectors),
    variances: Float32Array.from(variances),
    rest,
    ...time,
    shrinkage,
    memoryShare: share,
  })
}

/** From the law of the first two thirds of the states to the last one. */
function shrinkageOf(
  states: Float32Array,
  cells: Int32Array,
  grid: readonly [number, number],
  angles: Float64Array | undefined,
): Shrinkage {
  const S = cells.length
  const first = Math.ceil((2 * states.length) / S / 3)
  const [early, late] = [states.subarray(0, first * S), states.subarray(first * S)]
  const [before, after] = [angles?.subarray(0, first), angles?.subarray(first)]
  const climate = climateOf(early, S, before)
  const places = Array.from(cells, (cell): Place => {
    const place = cell % (grid[0] * grid[1])
    return [Math.floor(cell / (grid[0] * grid[1])), Math.floor(place / grid[1]), place % grid[1]]
  })
  // a number that is repeated would be known exactly from its copy
  const own = places.flatMap((_, s) => (cells.indexOf(cells[s]!) === s ? [s] : []))
  return likeliestShrinkage(anomaliesOf(early, S, before, climate), anomaliesOf(late, S, after, climate), places, own)
}
