/** The masks of dropout that a loss is fed in training, as functions of the step alone. */
import { sizeOf } from '../engine/graph/index.ts'
import { type DropoutMask, fedDropout, fillMask } from '../engine/nn/dropout.ts'
import type { Dropout, Network } from '../engine/nn/network.ts'
import { fold, key } from '../engine/random/index.ts'
import { once } from '../once.ts'
import type { TrainProblem } from '../tools/train/problem.ts'

type Fed = Pick<TrainProblem, 'emptyBatch' | 'fill' | 'dropNothing'>

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
  const masks = once((): readonly DropoutMask[] => {
    const fed = fedDropout()
    build(fed.dropout)
    return fed.masks
  })
  const stream = fold(key(seed), 'dropout')
  return {
    emptyBatch() {
      const { feeds, ...rest } = emptyBatch()
      const empty = masks().map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))])
      return { ...rest, feeds: { ...feeds, ...Object.fromEntries(empty) } }
    },
    fill(batch, step) {
      fill(batch, step)
      for (const { name, rate } of masks()) fillMask(fold(stream, name, step), rate, batch.feeds[name] as Float32Array)
    },
    dropNothing({ feeds }) {
      for (const { name } of masks()) feeds[name]!.fill(1)
    },
  }
}

/** The same, where the network drops anything. One that says it drops nothing need not be built to see that. */
export function withMasksOf(
  network: Network,
  spec: { readonly seed: number },
  build: (dropout: Dropout) => unknown,
  fed: Fed,
): Fed {
  return dropsNothing(network) ? fed : withMasks(spec, build, fed)
}

/** Whether a network says of itself that it drops nothing in training. */
export function dropsNothing({ config }: Network): boolean {
  return config['dropout'] === 0 && !(Number(config['neighbourhood_dropout'] ?? 0) > 0)
}
