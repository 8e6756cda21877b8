/**
 * An adaptive solver of ordinary differential equations dy/dt = F(t, y), forwards or backwards in time: Dormand and
 * Prince's pair of orders 5 and 4, with a proportional–integral controller of the step size.
 *
 * - A family of embedded Runge–Kutta formulae (Dormand & Prince, 1980), https://doi.org/10.1016/0771-050X(80)90013-3
 * - Solving Ordinary Differential Equations I (Hairer, Nørsett & Wanner, 1993), II.4 and IV.2
 */
import type { FloatArray } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'

/** F(t, y): writes dy/dt into `out`. `y` must not be kept. */
export type Slope = (t: number, y: FloatArray, out: FloatArray) => void | Promise<void>

/** How exact, and how far. */
export interface AdaptiveOptions {
  /** Error allowed per step, relative to the state; default 1e-5. */
  readonly relative?: number
  /** Error allowed per step, absolute; default 1e-5. */
  readonly absolute?: number
  /** The length of the first step; default a hundredth of the way. */
  readonly firstStep?: number
  /** More steps than this, accepted or not, are an error; default 10,000. */
  readonly maxSteps?: number
  /** The number of elements over which the error is averaged; the worst such item decides. Default: all of them. */
  readonly itemSize?: number
}

/** An accepted step. */
export interface AcceptedStep {
  /** Where it began and ended. */
  readonly from: number
  readonly to: number
  /** The state at `to`: the solver's own array. */
  readonly y: FloatArray
  /** Evaluations of F so far. */
  readonly evaluations: number
}

const nodes = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1]
const rows = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
]
/** The weights of order 5 less those of order 4. */
const errorWeights = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40]

/** Solves from `from` to `to`, `y` in place, yielding after every accepted step. */
export async function* dormandPrince(
  slope: Slope,
  y: FloatArray,
  from: number,
  to: number,
  options: AdaptiveOptions = {},
): AsyncGenerator<AcceptedStep> {
  const { relative = 1e-5, absolute = 1e-5, firstStep = Math.abs(to - from) / 100, maxSteps = 10_000 } = options
  const itemSize = options.itemSize ?? y.length
  const direction = Math.sign(to - from)
  const slopes = nodes.map(() => new Float64Array(y.length))
  const point = y.slice()
  let [t, length, before, evaluations] = [from, firstStep, 1e-4, 1]
  await slope(t, y, slopes[0]!)

  for (let tries = 0; t !== to; tries++) {
    if (tries === maxSteps || !(length > 1e-14)) throw tooHard(t, length, tries)
    const last = length >= Math.abs(to - t) * (1 - 1e-9)
    const h = last ? to - t : direction * length
    for (let stage = 1; stage < nodes.length; stage++) {
      advance(point, y, slopes, rows[stage]!, h)
      await slope(last && nodes[stage] === 1 ? to : t + nodes[stage]! * h, point, slopes[stage]!)
    }
    evaluations += nodes.length - 1
    const error = scaledError(y, point, slopes, h, { relative, absolute, itemSize })
    const factor = Number.isFinite(error) ? 0.9 * error ** -0.14 * before ** 0.08 : 0.1
    if (error <= 1) {
      const start = t
      t = last ? to : t + h
      y.set(point)
      // the last stage of a step is the first of the next
      slopes.unshift(slopes.pop()!)
      before = Math.max(error, 1e-4)
      length = Math.abs(h) * Math.min(5, Math.max(0.2, factor))
      yield { from: start, to: t, y, evaluations }
    } else {
      length = Math.abs(h) * Math.min(1, Math.max(0.1, factor))
    }
  }
}

/** out = y + h Σ weights[k] slopes[k]. */
function advance(
  out: FloatArray,
  y: FloatArray,
  slopes: readonly Float64Array[],
  weights: readonly number[],
  h: number,
): void {
  for (let i = 0; i < y.length; i++) {
    let sum = 0
    for (let k = 0; k < weights.length; k++) sum += weights[k]! * slopes[k]![i]!
    out[i] = y[i]! + h * sum
  }
}

/** The root mean square, over the worst item, of the error in units of what is allowed. */
function scaledError(
  y: FloatArray,
  next: FloatArray,
  slopes: readonly Float64Array[],
  h: number,
  { relative, absolute, itemSize }: Required<Pick<AdaptiveOptions, 'relative' | 'absolute' | 'itemSize'>>,
): number {
  let worst = 0
  for (let from = 0; from < y.length; from += itemSize) {
    let sum = 0
    for (let i = from; i < from + itemSize; i++) {
      let error = 0
      for (let k = 0; k < errorWeights.length; k++) error += errorWeights[k]! * slopes[k]![i]!
      sum += ((h * error) / (absolute + relative * Math.max(Math.abs(y[i]!), Math.abs(next[i]!)))) ** 2
    }
    if (!(sum <= worst)) worst = sum
  }
  return Math.max(1e-10, Math.sqrt(worst / itemSize))
}

function tooHard(t: number, length: number, tries: number): TweedieError {
  return new TweedieError(
    'diverged',
    `the adaptive solver is stuck at t = ${t} with steps of ${length} after ${tries} tries`,
    {
      hint: 'loosen the tolerances, or stop at a later time above 0',
    },
  )
}
