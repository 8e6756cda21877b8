/**
 * The fixture of diffusers' scheduler tests: a batch of 4 × 3×8×8 numbers in equal steps of [0, 1), and the network
 * m(x, i) = x · i/(i + 1) for table level i. The sums of |x| that a full loop ends with are facts of its test suite.
 */
import type { Denoiser, FloatArray } from '../../../src/diffusion/denoise/denoiser.ts'
import { fromPrediction } from '../../../src/diffusion/denoise/from-prediction.ts'
import { type ParametrisationName, sampleOfPrediction, viewOf } from '../../../src/diffusion/denoise/parametrisation.ts'
import { type BetaOptions, type BetaTableName } from '../../../src/diffusion/noise/betas.ts'
import { defineSchedule, type Schedule } from '../../../src/diffusion/noise/schedule.ts'
import { indexOfTime, tableSchedule, timeOfIndex } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable, type NoiseTable } from '../../../src/diffusion/noise/table.ts'
import { noNoise, type NoiseSource } from '../../../src/diffusion/sample/noise-source.ts'
import type { LinearSampler } from '../../../src/diffusion/sample/sampler.ts'

/** Element (n, k) of the batch of four is (4 k + n) over the number of elements. */
export function dummySample(length = 768): Float64Array {
  return Float64Array.from({ length }, (_, i) => ((i % (length / 4)) * 4 + Math.floor((4 * i) / length)) / length)
}

export const dummyTable = (options: BetaOptions = {}, name: BetaTableName = 'linear'): NoiseTable =>
  namedTable(name, options)

export function dummyDenoiser(
  table: NoiseTable,
  kind: ParametrisationName = 'epsilon',
  level: (index: number) => number = (index) => index,
): Denoiser {
  const predict = (x: FloatArray, t: number) => {
    const index = level(indexOfTime(table, t))
    return x.map((value) => (value * index) / (index + 1))
  }
  return fromPrediction(predict, { schedule: tableSchedule(table), shape: [3, 8, 8], kind })
}

/**
 * The rescaled data x/α of a table, α = 1, with noise levels linear between the table's, as diffusers' Euler family has it.
 * Times are the table's.
 */
export function levelSchedule(table: NoiseTable): Schedule {
  const levels = table.alphaBar.map((a) => Math.sqrt((1 - a) / a))
  const at = (index: number) => {
    if (index < 0) return levels[0]! * (index + 1)
    const low = Math.min(Math.floor(index), table.steps - 2)
    return levels[low]! + (index - low) * (levels[low + 1]! - levels[low]!)
  }
  const sigma = (t: number) => at(indexOfTime(table, t))
  return defineSchedule({
    name: 'levels',
    alpha: () => 1,
    sigma,
    logSnr: (t) => -2 * Math.log(sigma(t)),
    timeOfLogSnr(l) {
      const level = Math.exp(-l / 2)
      if (level < levels[0]!) return level / levels[0]! / table.steps
      const high = Math.max(
        1,
        levels.findIndex((value) => value >= level),
      )
      return timeOfIndex(table, high - 1 + (level - levels[high - 1]!) / (levels[high]! - levels[high - 1]!))
    },
    drift: () => 0,
    diffusion: () => Number.NaN,
  })
}

/**
 * The loop of diffusers' tests of the Euler family: before every look of the network, the state itself is divided by
 * √(σ² + 1), once more than the algorithm asks for. The published sums are those of this loop.
 */
export async function rescaledLoop(
  sampler: LinearSampler,
  table: NoiseTable,
  times: readonly number[],
  kind: ParametrisationName = 'epsilon',
  noise: NoiseSource = noNoise,
): Promise<number> {
  const schedule = levelSchedule(table)
  const x = dummySample().map((value) => value * schedule.sigma(times[0]!))
  const { view, steps } = sampler.plan(schedule, times)
  const history: FloatArray[] = []
  for (const [index, { t, stages }] of steps.entries()) {
    let [point, time] = [x, t]
    const noises: FloatArray[] = []
    for (const [number, stage] of stages.entries()) {
      const sigma = schedule.sigma(time)
      point.forEach((value, i) => (point[i] = value / Math.hypot(sigma, 1)))
      const level = indexOfTime(table, time)
      const prediction = point.map((value) => (value * level) / (level + 1))
      // a network that predicts v sees (x/α) · α again
      const scaled = kind === 'v' ? point.map((value) => value / Math.hypot(sigma, 1)) : point
      const mean =
        kind === 'v' ? vMean(prediction, scaled, sigma) : sampleOfPrediction(kind, schedule, time, prediction, point)
      const { x: onX, mean: onMean } = viewOf(view, schedule, time)
      history.unshift(point.map((value, i) => onX * value + onMean * mean[i]!))
      for (const _ of stage.noise ?? []) {
        noises.push(x.slice())
        noise(noises.at(-1)!, index, noises.length - 1)
      }
      const reached = x.map(
        (value, i) =>
          stage.x * value +
          stage.history.reduce((sum, weight, k) => sum + weight * history[k]![i]!, 0) +
          (stage.noise ?? []).reduce((sum, weight, k) => sum + weight * noises[k]![i]!, 0),
      )
      if (number === stages.length - 1) x.set(reached)
      else point = reached
      time = stage.time
    }
  }
  return absoluteSum(x)
}

/** x₀ = x̂/√(σ² + 1) − σ/√(σ² + 1) v, where `scaled` is x̂/√(σ² + 1). */
function vMean(v: Float64Array, scaled: Float64Array, sigma: number): Float64Array {
  return v.map((value, i) => scaled[i]! / Math.hypot(sigma, 1) - (sigma / Math.hypot(sigma, 1)) * value)
}

/** Σ |x|. */
export const absoluteSum = (x: FloatArray): number => Array.from(x).reduce((sum, value) => sum + Math.abs(value), 0)
