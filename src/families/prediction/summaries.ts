/** What is said of the draws of a row: columns of answers. */
import { moments, pairedT, quantileOf, sortedDraws } from '../../tools/metrics/index.ts'
import type { Predictions } from '../family.ts'
import type { Encoding } from './encoding.ts'

/** Columns of answers; their names begin with that of the target. */
export type Columns = Predictions['columns']

/** Draws of all rows in the units of the target, `[rows, draws]` or `[rows, draws, classes]`. */
export interface RowDraws {
  readonly data: Float32Array
  readonly rows: number
  readonly draws: number
}

/** Of a number: mean, standard deviation, median and the central interval. */
export function numberColumns(name: string, { data, rows, draws }: RowDraws, interval: number): Columns {
  const [low, high] = [(1 - interval) / 2, (1 + interval) / 2]
  const values = Array.from({ length: rows }, (_, row) => {
    const sorted = sortedDraws({ draws: data, each: draws }, row)
    const { mean, deviation } = moments(sorted)
    return [mean, deviation, quantileOf(sorted, 0.5), quantileOf(sorted, low), quantileOf(sorted, high)].map(short)
  })
  return ['mean', 'std', 'median', 'low', 'high'].map((what, i) => ({
    name: `${name}_${what}`,
    values: values.map((row) => row[i]!),
  }))
}

/** What draws of classes say of each row. */
export interface ClassAnswers {
  /** `[rows, classes]`: the mean of the draws, which of a law of ones and zeros is the probability, cut off at 0 and scaled to sum 1. */
  readonly probabilities: Float64Array
  /** The most probable class, and the next. */
  readonly best: Int32Array
  readonly second: Int32Array
  /** The width of the central 95 % interval of the draws of the best class. */
  readonly width: Float64Array
  /** Student's t of the paired draws of the best class and the next; above 1.96 they differ at 5 %. */
  readonly t: Float64Array
}

/**
 * Probabilities, and how sure the draws of one row are of them: Han, Zheng & Zhou (2022), section 2.3.
 */
export function classAnswers({ data, rows, draws }: RowDraws, classes: number): ClassAnswers {
  const probabilities = new Float64Array(rows * classes)
  const [best, second] = [new Int32Array(rows), new Int32Array(rows)]
  const [width, t] = [new Float64Array(rows), new Float64Array(rows)]
  for (let row = 0; row < rows; row++) {
    const of = (k: number): Float64Array =>
      Float64Array.from({ length: draws }, (_, i) => data[(row * draws + i) * classes + k]!)
    const means = Array.from({ length: classes }, (_, k) => Math.max(0, moments(of(k)).mean))
    const sum = means.reduce((a, b) => a + b, 0) || 1
    means.forEach((mean, k) => (probabilities[row * classes + k] = mean / sum))
    const [first, next] = means.map((_, k) => k).sort((a, b) => means[b]! - means[a]!) as [number, number]
    const sorted = of(first).sort()
    best[row] = first
    second[row] = next
    width[row] = quantileOf(sorted, 0.975) - quantileOf(sorted, 0.025)
    t[row] = pairedT(of(first), of(next))
  }
  return { probabilities, best, second, width, t }
}

/** The columns of classes: the best, its interval, t, and all probabilities. */
export function classColumns({ target }: Encoding, answers: ClassAnswers): Columns {
  const names = target.kind === 'category' ? target.names : []
  const { probabilities, best, width, t } = answers
  const rows = Array.from(best)
  return [
    { name: `${target.name}_predicted`, values: rows.map((k) => names[k]!) },
    { name: `${target.name}_probability`, values: rows.map((k, row) => short(probabilities[row * names.length + k]!)) },
    { name: `${target.name}_width`, values: Array.from(width, short) },
    { name: `${target.name}_t`, values: Array.from(t, short) },
    ...names.map((each, k) => ({
      name: `${target.name}=${each}`,
      values: rows.map((_, row) => short(probabilities[row * names.length + k]!)),
    })),
  ]
}

const short = (value: number): number => Number(value.toPrecision(6))
