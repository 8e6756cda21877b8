/** Which windows cover a trajectory, and which of them speaks for a state. */
import { TweedieError } from '../../errors.ts'

/** How windows that overlap share a state: see {@link windowPlan}. */
export type WindowBlend = 'centre' | 'mean' | 'taper'

/** The windows of a trajectory. */
export interface WindowPlanOptions {
  /** L: the states of the trajectory, W or more. */
  readonly length: number
  /** States from one window to the next, 1 … W; default 1. The last window always ends with the trajectory. */
  readonly stride?: number | undefined
  /**
   * - `centre` (default): a state is taken from the window whose middle is nearest, of two the earlier one;
   * - `mean`: the average of all windows that hold it;
   * - `taper`: an average in which a window counts less the farther the state is from its middle.
   */
  readonly blend?: WindowBlend | undefined
}

/** Windows by their first state, and the share that each has in its states. */
export interface WindowPlan {
  readonly length: number
  readonly window: number
  /** The first state of each window, rising. */
  readonly starts: readonly number[]
  /** w_{j,i}: the share of window j in its i-th state, `[windows, W]`. The shares of a state add up to 1. */
  readonly shares: Float64Array
}

/**
 * Covers a trajectory by windows. With stride 1 and `centre` these are the local scores of SDA: the first window speaks for the states
 * up to its middle, the last one from its middle on, every other one for its middle alone.
 *
 * Score-based Data Assimilation (Rozet & Louppe, 2023), algorithm 2, https://arxiv.org/abs/2306.10574
 *
 * @param window W: the states of a window
 * @throws TweedieError `usage` for a trajectory shorter than a window, or a stride that leaves gaps
 * @example
 * windowPlan(3, { length: 5 }).starts // → [0, 1, 2]
 */
export function windowPlan(window: number, { length, stride = 1, blend = 'centre' }: WindowPlanOptions): WindowPlan {
  if (!(Number.isInteger(length) && length >= window)) {
    throw new TweedieError(
      'usage',
      `\`length\` is ${length}: a trajectory has as many states as a window, ${window}, or more`,
    )
  }
  if (!(Number.isInteger(stride) && stride >= 1 && stride <= window)) {
    throw new TweedieError(
      'usage',
      `\`stride\` is ${stride}: from 1 to the ${window} states of a window, so that none is left out`,
    )
  }
  if (!Object.hasOwn(weights, blend)) {
    throw new TweedieError('usage', `\`blend\` is ${blend}: one of ${Object.keys(weights).join(', ')}`)
  }
  const last = length - window
  const count = Math.ceil(last / stride) + 1
  const starts = Array.from({ length: count }, (_, j) => Math.min(j * stride, last))
  return Object.freeze({ length, window, starts, shares: sharesOf(starts, window, length, blend) })
}

/** The shares of windows in a state that is the i-th of each, `places` being these i. */
const weights: Readonly<Record<WindowBlend, (places: readonly number[], window: number) => readonly number[]>> = {
  centre: (places, window) => {
    const distances = places.map((i) => Math.abs(i - (window - 1) / 2))
    const nearest = distances.indexOf(Math.min(...distances))
    return places.map((_, k) => (k === nearest ? 1 : 0))
  },
  mean: (places) => addingToOne(places.map(() => 1)),
  taper: (places, window) => addingToOne(places.map((i) => Math.min(i + 1, window - i))),
}

function addingToOne(values: readonly number[]): readonly number[] {
  const total = values.reduce((sum, value) => sum + value, 0)
  return values.map((value) => value / total)
}

/** The shares of all windows, `[windows, W]`. */
function sharesOf(starts: readonly number[], window: number, length: number, blend: WindowBlend): Float64Array {
  const shares = new Float64Array(starts.length * window)
  for (let state = 0; state < length; state++) {
    const holding = starts.flatMap((start, j) => (state >= start && state < start + window ? [j] : []))
    const places = holding.map((j) => state - starts[j]!)
    weights[blend](places, window).forEach((share, k) => (shares[holding[k]! * window + places[k]!] = share))
  }
  return shares
}
