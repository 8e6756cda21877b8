/**
 * The inputs of one training step: data, noise, times and conditions, as a pure function of (specification, data,
 * step).
 */
import { batchFlips, batchIndices } from '../../files/data/batches.ts'
import { classCount, itemSize } from '../../files/data/dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { toNetwork } from '../../files/data/frame.ts'
import type { Frame } from '../../files/data/frame.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { type Objective, objectiveOf } from '../../diffusion/denoise/objective-spec.ts'
import { trainingCoefficients } from '../../diffusion/denoise/training-loss.ts'
import { conditionArrays, type ConditionSpecs } from '../../engine/nn/condition-spec.ts'
import type { Network } from '../../engine/nn/network.ts'
import { scheduleOfNoise } from '../../diffusion/noise/named.ts'
import { fold, type Key, normal } from '../../engine/random/index.ts'
import { conditionSource, drawConditions, levelOf, stratified, streamsOf } from '../../tools/train/draws.ts'
import type { Batch, TrainProblem } from '../../tools/train/problem.ts'
import type { OwnComponents } from '../own-parts.ts'
import type { LearnedConditions } from '../learned-conditions.ts'
import type { TrainSpec } from './spec.ts'

/** Data that are drawn anew in every step: codes, from their laws. */
export interface LoadingData extends ArrayDataset {
  /** Writes items as the network sees them, `[indices.length, ...network]`: a function of these. Left out, items are as they are. */
  load?(indices: ArrayLike<number>, frame: Frame, key: Key, out: Float32Array): void
  /** Height and width of the pictures that they are codes of. */
  readonly picture?: readonly [height: number, width: number] | undefined
}

/** Empty arrays for the batches of a run. */
export function emptyBatch(
  spec: TrainSpec,
  network: Network,
  frame: Frame,
  own: OwnComponents,
  learned?: LearnedConditions,
): Batch {
  const { batch: size } = spec
  const { names } = trainingCoefficients(network, objectiveOfSpec(spec, own))
  const values = (): Float32Array => new Float32Array(size * itemSize(frame.network))
  return {
    feeds: {
      x0: values(),
      epsilon: values(),
      t: new Float32Array(size),
      ...Object.fromEntries(names.map((name) => [name, new Float32Array(size)])),
      ...conditionFeeds(network, size, learned),
    },
    levels: new Int32Array(size),
  }
}

/** Arrays for the conditions of a batch: those that the data have, and what others are made of, such as captions. */
export function conditionFeeds(
  { conditions }: Network,
  size: number,
  learned: LearnedConditions | undefined,
): Batch['feeds'] {
  return { ...conditionArrays(ofData(conditions, learned), size), ...learned?.feeds(size) }
}

/** The conditions that the data have. */
function ofData(conditions: ConditionSpecs, learned: LearnedConditions | undefined): ConditionSpecs {
  return learned
    ? Object.fromEntries(Object.entries(conditions).filter(([name]) => !learned.made.has(name)))
    : conditions
}

/** The objective of a specification. */
export function objectiveOfSpec({ objective, noise }: TrainSpec, own: OwnComponents): Objective {
  return objectiveOf(objective, scheduleOfNoise(noise, own.schedules), own.weightings)
}

/** The number of noise levels for reported losses: those of the table, or a thousand. */
export function noiseLevels({ noise }: Pick<TrainSpec, 'noise'>): number {
  return 'table' in noise ? noise.levels : 1000
}

/**
 * The batches of a run. Times are stratified over the batch.
 */
export function batchesOf(
  spec: TrainSpec,
  network: Network,
  dataset: ArrayDataset,
  frame: Frame,
  objective: Objective,
  learned?: LearnedConditions,
): TrainProblem['fill'] {
  const coefficients = trainingCoefficients(network, objective)
  const levelCount = noiseLevels(spec)
  // The levels of a table come again and again; times of a continuous schedule do not.
  const known = new Map<number, readonly number[]>()
  const valuesAt = (t: number): readonly number[] => {
    const values = known.get(t) ?? [objective.view.time(t), ...coefficients.at(t)]
    if (objective.schedule.table) known.set(t, values)
    return values
  }
  const names = ['t', ...coefficients.names]
  const numbers: ItemNumbers = (share) => ({
    level: levelOf(share, levelCount),
    values: valuesAt(objective.times.at(share)),
  })
  const fill = batchesBy(spec, network, dataset, frame, numbers, learned)
  return (batch, step) => fill(batch, step, names)
}

/** The numbers of an item: its level for reports, and its values by the names of inputs. */
export type ItemNumbers = (
  share: number,
  step: number,
) => { readonly level: number; readonly values: readonly number[] }

/** Batches with numbers that depend on stratified shares in [0, 1): data, noise, flips, transforms and conditions are the same for all of them. */
export function batchesBy(
  spec: TrainSpec,
  network: Network,
  dataset: LoadingData,
  frame: Frame,
  numbers: ItemNumbers,
  learned?: LearnedConditions,
): (batch: Batch, step: number, names: readonly string[]) => void {
  const streams = streamsOf(spec)
  const dropping = { dropout: spec.objective.labelDropout, noClass: classCount(dataset) }
  const source = conditionSource(dataset)
  const conditions = ofData(network.conditions, learned)
  const items = new Float32Array(spec.batch * itemSize(frame.item))
  const shares = new Float64Array(spec.batch)

  return ({ feeds, levels }, step, names) => {
    const indices = batchIndices(streams.order, dataset.length, spec.batch, step)
    const flip = spec.flip ? batchFlips(streams.order, spec.batch, step) : undefined
    const x0 = feeds.x0 as Float32Array
    if (dataset.load) dataset.load(indices, frame, fold(streams.noise, 'data', step), x0)
    else {
      loadBatch(dataset, indices, items, flip ? { flip } : {})
      learned?.changed?.(items, step, spec.batch)
      toNetwork(frame, items, x0)
    }
    normal(fold(streams.noise, step), feeds.epsilon as Float32Array)

    stratified(fold(streams.times, step), shares).forEach((share, j) => {
      const { level, values } = numbers(share, step)
      levels[j] = level
      names.forEach((name, i) => (feeds[name]![j] = values[i]!))
    })
    const left = learned?.fill(feeds, { key: streams.captions, step, indices })
    drawConditions(conditions, source, { streams, step, indices, left, ...dropping }, feeds)
  }
}
