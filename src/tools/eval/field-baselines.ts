/** What anything that knows the weather has to beat: climatology, persistence, optimal interpolation. */
import type { TrajectoryDataset } from '../../files/data/trajectory.ts'
import { optimalInterpolation } from './optimal-interpolation.ts'

/** Errors of baselines on other states, a root of the mean square for each variable. */
export interface Baselines {
  /** The mean of training states at the same time of day. */
  readonly climatology: readonly number[]
  /** The state before, known everywhere and without error. */
  readonly persistence: readonly number[]
  /** Optimal interpolation of the observations of each state. */
  readonly interpolation: readonly number[]
  /** The error that its covariance implies. */
  readonly interpolationSpread: readonly number[]
}

/** What is observed: the same points of every state. */
export interface StationValues {
  /** Indices of grid points. */
  readonly places: readonly number[]
  /** `[states, variables, places]`, in the units of the data. */
  readonly values: Float64Array
  /** Standard deviations of their errors, one for each variable. */
  readonly sigma: readonly number[]
}

/** Judges baselines on states that follow the training states. */
export function fieldBaselines(
  train: TrajectoryDataset,
  truth: TrajectoryDataset,
  { places, values, sigma }: StationValues,
): Baselines {
  const plane = train.grid[0] * train.grid[1]
  const count = train.variables.length
  const each = Array.from({ length: count }, (_, c) => {
    const climate = climatology(train, c, plane)
    const own = (data: TrajectoryDataset, t: number): Float32Array => {
      const at = (t * count + c) * plane
      return data.states.subarray(at, at + plane)
    }
    const anomalies = new Float64Array(train.length * plane)
    for (let t = 0; t < train.length; t++) {
      const mean = climate(train.times[t]!)
      own(train, t).forEach((value, i) => (anomalies[t * plane + i] = value - mean[i]!))
    }
    const interpolator = optimalInterpolation(anomalies, plane, places, sigma[c]!)
    const squares = { climatology: 0, persistence: 0, interpolation: 0 }
    let persisted = 0
    for (let t = 0; t < truth.length; t++) {
      const [state, mean] = [own(truth, t), climate(truth.times[t]!)]
      const before = t > 0 ? own(truth, t - 1) : undefined
      const y = places.map((place, k) => values[(t * count + c) * places.length + k]! - mean[place]!)
      const analysis = interpolator.analysis(y)
      for (let i = 0; i < plane; i++) {
        squares.climatology += (state[i]! - mean[i]!) ** 2
        squares.interpolation += (state[i]! - mean[i]! - analysis[i]!) ** 2
        if (before) squares.persistence += (state[i]! - before[i]!) ** 2
      }
      if (before) persisted++
    }
    const root = (sum: number, states: number): number => Math.sqrt(sum / (states * plane))
    return {
      climatology: root(squares.climatology, truth.length),
      persistence: root(squares.persistence, persisted),
      interpolation: root(squares.interpolation, truth.length),
      spread: Math.sqrt(interpolator.sigma.reduce((sum, value) => sum + value * value, 0) / plane),
    }
  })
  return {
    climatology: each.map((own) => own.climatology),
    persistence: each.map((own) => own.persistence),
    interpolation: each.map((own) => own.interpolation),
    interpolationSpread: each.map((own) => own.spread),
  }
}

/** The mean of a variable at each point and time of day; at all times where states have no time of day. */
function climatology(
  { dated, step, times, states, variables, length }: TrajectoryDataset,
  c: number,
  plane: number,
): (time: number) => Float64Array {
  const slots = dated && step < 86_400 && Number.isInteger(86_400 / step) ? 86_400 / step : 1
  const slotOf = (time: number): number => (slots === 1 ? 0 : ((Math.round(time / step) % slots) + slots) % slots)
  const sums = Array.from({ length: slots }, () => new Float64Array(plane))
  const counts = Array.from({ length: slots }, () => 0)
  const whole = new Float64Array(plane)
  for (let t = 0; t < length; t++) {
    const slot = slotOf(times[t]!)
    counts[slot]!++
    const from = (t * variables.length + c) * plane
    for (let i = 0; i < plane; i++) {
      sums[slot]![i]! += states[from + i]!
      whole[i]! += states[from + i]! / length
    }
  }
  const means = sums.map((sum, slot) => (counts[slot] === 0 ? whole : sum.map((value) => value / counts[slot]!)))
  return (time) => means[slotOf(time)]!
}
