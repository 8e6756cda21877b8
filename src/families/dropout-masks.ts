/** The masks of dropout that a loss is fed in training, as functions of the step alone. */
import { sizeOf } from '../engine/graph/index.ts'
import { type DropoutMask, fedDropout, fillMask } from '../engine/nn/dropout.ts'
import type { Dropout } from '../engine/nn/network.ts'
import { fold, key } from '../engine/random/index.ts'
import type { Batch, TrainProblem } from '../tools/train/problem.ts'

type Fed = Pick<TrainProblem, 'emptyBatch' | 'fill'>

/**
 * Batches with masks beside what they have.
 *
 * @param build builds the loss of a batch, for the masks that it needs @param batches without masks
 */
export function withMasks(
  { seed }: { readonly seed: number },
  build: (dropout: Dropout) => unknown,
  { emptyBatch, fill }: Fed,
): Fed {
  const { dropout, masks } = fedDropout()
  build(dropout)
  if (masks.length === 0) return { emptyBatch, fill }
  const stream = fold(key(seed), 'dropout')
  return {
    emptyBatch() {
      const { feeds, ...rest } = emptyBatch()
      return { ...rest, feeds: { ...feeds, ...emptyMasks(masks) } }
    },
    fill(batch: Batch, step) {
      fill(batch, step)
      for (const { name, rate } of masks) fillMask(fold(stream, name, step), rate, batch.feeds[name] as Float32Array)
    },
  }
}

function emptyMasks(masks: readonly DropoutMask[]): Record<string, Float32Array> {
  return Object.fromEntries(masks.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))]))
}
