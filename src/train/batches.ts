/** What one training step is fed: data, noise, times and labels, as a pure function of (specification, data, step). */
import { batchFlips, batchIndices } from '../data/batches.ts'
import { classCount, itemSize } from '../data/dataset.ts'
import type { ArrayDataset } from '../data/dataset.ts'
import { toNetwork } from '../data/frame.ts'
import type { Frame } from '../data/frame.ts'
import { loadBatch } from '../data/normalise.ts'
import { coefficientsAt, itemCoefficients } from '../denoise/objective.ts'
import { timeOfIndex } from '../noise/table-schedule.ts'
import type { Schedule } from '../noise/schedule.ts'
import type { NoiseTable } from '../noise/table.ts'
import { fold, key, normal, uniform } from '../random/index.ts'
import type { TrainSpec } from './spec.ts'

/** The arrays of one batch, by the names of the loss graph's inputs. */
export interface Batch {
  readonly feeds: Readonly<Record<string, Float32Array | Int32Array>>
  /** Each item's level of noise, 0 … T − 1. */
  readonly levels: Int32Array
}

/** Empty arrays for batches of this size. */
export function emptyBatch(size: number, frame: Frame, labelled: boolean): Batch {
  const values = (): Float32Array => new Float32Array(size * itemSize(frame.network))
  return {
    feeds: {
      x0: values(),
      epsilon: values(),
      t: new Float32Array(size),
      ...Object.fromEntries(itemCoefficients.map((name) => [name, new Float32Array(size)])),
      ...(labelled && { labels: new Int32Array(size) }),
    },
    levels: new Int32Array(size),
  }
}

/** Fills a batch for a step. */
export type FillBatch = (batch: Batch, step: number) => void

/**
 * The batches of a run. Times are stratified: item j of N draws its level from the j-th of N equal parts of the table,
 * which makes the loss less noisy than independent draws (Kingma et al., Variational Diffusion Models, 2021, appendix I.1).
 */
export function batchesOf(
  spec: TrainSpec,
  dataset: ArrayDataset,
  frame: Frame,
  schedule: Schedule & { readonly table: NoiseTable },
): FillBatch {
  const { parametrisation, weighting, labelDropout } = spec.objective
  const { table } = schedule
  const run = key(spec.seed)
  const streams = {
    order: fold(run, 'order'),
    times: fold(run, 'times'),
    noise: fold(run, 'noise'),
    labels: fold(run, 'labels'),
  }
  const noClass = classCount(dataset)
  const items = new Float32Array(spec.batch * itemSize(frame.item))
  const draws = new Float64Array(spec.batch)
  const coefficients = Array.from({ length: table.steps }, (_, level) =>
    coefficientsAt(schedule, parametrisation, weighting, timeOfIndex(table, level)),
  )

  return ({ feeds, levels }, step) => {
    const indices = batchIndices(streams.order, dataset.length, spec.batch, step)
    const flip = spec.flip ? batchFlips(streams.order, spec.batch, step) : undefined
    toNetwork(frame, loadBatch(dataset, indices, items, flip ? { flip } : {}), feeds.x0 as Float32Array)
    normal(fold(streams.noise, step), feeds.epsilon as Float32Array)

    uniform(fold(streams.times, step), draws)
    for (let j = 0; j < spec.batch; j++) {
      const level = Math.min(table.steps - 1, Math.floor(((j + draws[j]!) / spec.batch) * table.steps))
      levels[j] = level
      feeds.t![j] = level
      itemCoefficients.forEach((name, i) => (feeds[name]![j] = coefficients[level]![i]!))
    }

    if (feeds.labels) {
      uniform(fold(streams.labels, step), draws)
      for (let j = 0; j < spec.batch; j++) {
        feeds.labels[j] = draws[j]! < labelDropout ? noClass : dataset.labels![indices[j]!]!
      }
    }
  }
}
