/**
 * The fixture of diffusers' scheduler tests: a batch of 4 × 3×8×8 numbers in equal steps of [0, 1), and the network
 * m(x, i) = x · i/(i + 1) for table level i. The sums of |x| that a full loop ends with are facts of its test suite.
 */
import type { Denoiser, FloatArray } from '../../src/denoise/denoiser.ts'
import { fromPrediction } from '../../src/denoise/from-prediction.ts'
import type { ParametrisationName } from '../../src/denoise/parametrisation.ts'
import { type BetaOptions, type BetaTableName } from '../../src/noise/betas.ts'
import { indexOfTime, tableSchedule } from '../../src/noise/table-schedule.ts'
import { namedTable, type NoiseTable } from '../../src/noise/table.ts'

/** Element (n, c, h, w) is ((c·8 + h)·8 + w)·4 + n over 768. */
export function dummySample(): Float64Array {
  return Float64Array.from({ length: 768 }, (_, i) => ((i % 192) * 4 + Math.floor(i / 192)) / 768)
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

/** Σ |x|. */
export const absoluteSum = (x: FloatArray): number => Array.from(x).reduce((sum, value) => sum + Math.abs(value), 0)
