/** Statistics of a data set, to check before training on it. */
import { classCount, itemSize, type ArrayDataset } from './dataset.ts'
import { piecesOf } from './stored-dataset.ts'

/** The result of {@link describe}. Statistics are in the values of the data set, over the values that are finite. */
export interface DatasetSummary {
  readonly name: string
  readonly kind: ArrayDataset['kind']
  readonly shape: readonly number[]
  readonly length: number
  readonly min: number
  readonly max: number
  /** one number for each index of the first axis: a channel, or a column of points; of clouds one for each column */
  readonly mean: readonly number[]
  /** standard deviation, likewise */
  readonly std: readonly number[]
  /** how many values are NaN or infinite */
  readonly nonFinite: number
  readonly classNames?: readonly string[] | undefined
  /** how many items each class has */
  readonly classCounts?: readonly number[] | undefined
  readonly skipped: number
}

/** Reads a data set once and sums it up. */
export function describe(dataset: ArrayDataset): DatasetSummary {
  const { labels, classNames } = dataset
  // Of clouds, each point counts as an item: a vector.
  const shape = dataset.kind === 'cloud' ? dataset.shape.slice(1) : dataset.shape
  const channels = shape[0] ?? 1
  const size = itemSize(shape)
  const span = size / channels
  const moments = Array.from({ length: channels }, () => ({ count: 0, mean: 0, squares: 0 }))
  let [min, max, nonFinite] = [Infinity, -Infinity, 0]
  for (const data of piecesOf(dataset)) {
    for (let start = 0; start < data.length; start += span) {
      const channel = moments[(start % size) / span]!
      for (let i = start; i < start + span; i++) {
        const value = data[i]!
        if (!Number.isFinite(value)) {
          nonFinite += 1
          continue
        }
        if (value < min) min = value
        if (value > max) max = value
        // Welford's update: no cancellation, whatever the mean.
        channel.count += 1
        const delta = value - channel.mean
        channel.mean += delta / channel.count
        channel.squares += delta * (value - channel.mean)
      }
    }
  }
  return {
    name: dataset.name,
    kind: dataset.kind,
    shape: dataset.shape,
    length: dataset.length,
    min,
    max,
    mean: moments.map((m) => m.mean),
    std: moments.map((m) => Math.sqrt(m.squares / Math.max(1, m.count))),
    nonFinite,
    classNames,
    classCounts: labels && countLabels(labels, classCount(dataset)),
    skipped: dataset.skipped?.length ?? 0,
  }
}

/** How many items each class has. */
export function countLabels(labels: Int32Array, classes: number): number[] {
  const counts = Array.from({ length: classes }, () => 0)
  for (const label of labels) counts[label]! += 1
  return counts
}
