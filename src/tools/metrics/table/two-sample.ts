/** Whether two tables can be told apart, and whether one copies another. */
import { featuresOf, type MeasuredColumn, type RowFeatures } from './features.ts'
import { areaUnderCurve, logistic } from './linear.ts'

/**
 * The classifier two-sample test: a logistic regression on numbers, their squares and categories learns to tell two tables apart on one
 * half of their rows and is judged on the other, both ways.
 *
 * @returns the area under the curve: 0.5 where it cannot, 1 where it always can
 */
export function detection(real: readonly MeasuredColumn[], other: readonly MeasuredColumn[]): number {
  const [a, b] = [real, other].map((columns) => featuresOf(columns, real, { squares: true })) as [
    RowFeatures,
    RowFeatures,
  ]
  const { width } = a
  const rows = [a, b].flatMap(({ values }, y) =>
    Array.from({ length: values.length / width }, (_, row) => ({
      y,
      half: row % 2,
      at: values.subarray(row * width, (row + 1) * width),
    })),
  )
  const halves = [0, 1].map((half) => rows.filter((row) => row.half === half))
  const joined = (half: typeof rows): RowFeatures => {
    const values = new Float64Array(half.length * width)
    half.forEach(({ at }, i) => values.set(at, i * width))
    return { width, values }
  }
  const areas = halves.map((train, h) => {
    const test = halves[1 - h]!
    const score = logistic(
      joined(train),
      train.map(({ y }) => y),
    )
    const features = joined(test)
    return areaUnderCurve(
      test.map((_, i) => score(features, i)),
      test.map(({ y }) => y),
    )
  })
  return (areas[0]! + areas[1]!) / 2
}

/** Distances of rows to their closest records. */
export interface ClosestRecords {
  /** The median distance to the closest training row: in standard deviations of numbers, 1 for another category, root of squares. */
  readonly median: number
  /** How many rows are equal to a training row. */
  readonly copies: number
  /** The share of rows that are closer to training rows than to as many held-out ones: ½ where nothing is memorised. */
  readonly closerToTraining?: number | undefined
}

/**
 * Distances to the closest records. The share compares equally many training and held-out rows, since more rows are closer by
 * chance; ties count half.
 */
export function closestRecords(
  rows: readonly MeasuredColumn[],
  training: readonly MeasuredColumn[],
  heldOut?: readonly MeasuredColumn[],
): ClosestRecords {
  const features = featuresOf(rows, training)
  const known = featuresOf(training, training)
  const count = features.values.length / features.width
  const nearest = Array.from({ length: count }, (_, row) => distance(features, row, known))
  const sorted = nearest.toSorted((a, b) => a - b)
  const facts = { median: Math.sqrt(sorted[count >> 1]!), copies: nearest.filter((value) => value < 1e-18).length }
  if (!heldOut) return facts
  const other = featuresOf(heldOut, training)
  const size = Math.min(known.values.length, other.values.length) / known.width
  let closer = 0
  for (let row = 0; row < count; row++) {
    const [a, b] = [distance(features, row, known, size), distance(features, row, other, size)]
    closer += a < b ? 1 : a === b ? 0.5 : 0
  }
  return { ...facts, closerToTraining: closer / count }
}

/** The squared distance of a row to the closest of others: of so many, spread over all of them. */
function distance(features: RowFeatures, row: number, others: RowFeatures, some?: number): number {
  const { width } = features
  const length = others.values.length / width
  const count = some ?? length
  let least = Infinity
  for (let i = 0; i < count; i++) {
    const other = Math.floor((i * length) / count)
    let sum = 0
    for (let k = 0; k < width && sum < least; k++) {
      sum += (features.values[row * width + k]! - others.values[other * width + k]!) ** 2
    }
    if (sum < least) least = sum
  }
  return least
}
