/** The inputs of one training step, as a pure function of (specification, data, step). */
import { sizeOf } from '../../engine/graph/index.ts'
import { fold, type Key, normal, uniform } from '../../engine/random/index.ts'
import { warmupWeight } from '../../diffusion/latent/index.ts'
import { batchIndices } from '../../files/data/batches.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { type Frame, toNetwork } from '../../files/data/frame.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { streamsOf } from '../../tools/train/draws.ts'
import type { Batch, TrainProblem } from '../../tools/train/problem.ts'
import type { CodedSpec } from './coded-spec.ts'

/** Empty arrays for the items of one step. @param latents numbers in all codes of an item */
export function emptyBatch(
  { batch: size, bound }: CodedSpec,
  { inputShape, latents }: { readonly inputShape: readonly number[]; readonly latents: number },
): Batch {
  return {
    feeds: {
      x: new Float32Array(size * sizeOf(inputShape)),
      noise: new Float32Array(size * bound.draws * latents),
      kl_weight: new Float32Array(size),
    },
    levels: new Int32Array(size),
  }
}

/** The batches of a run. For `bernoulli` values become the least or the greatest at random, anew at every step. */
export function batchesOf(spec: CodedSpec, dataset: ArrayDataset, frame: Frame): TrainProblem['fill'] {
  const streams = streamsOf(spec)
  const { batch: size, bound, law } = spec
  const items = new Float32Array(size * itemSize(dataset.shape))
  return ({ feeds }, step) => {
    loadBatch(dataset, batchIndices(streams.order, dataset.length, size, step), items)
    if (law.name === 'bernoulli') binarise(items, fold(streams.noise, 'binarise', step))
    toNetwork(frame, items, feeds.x as Float32Array)
    normal(fold(streams.noise, step), feeds.noise as Float32Array)
    feeds.kl_weight!.fill(bound.klWeight * warmupWeight(step, bound.warmup))
  }
}

/** Values within [−1, 1] become −1 or 1 at random, 1 with the probability (value + 1) / 2. */
export function binarise(values: Float32Array, key: Key): Float32Array {
  const draws = uniform(key, new Float32Array(values.length))
  for (let i = 0; i < values.length; i++) values[i] = draws[i]! < (values[i]! + 1) / 2 ? 1 : -1
  return values
}
