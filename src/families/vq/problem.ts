/** Training a vector-quantised autoencoder: reconstruction through the nearest vectors of a codebook. */
import { dataInMeta } from '../data-in-meta.ts'
import { quantisedLoss } from '../../diffusion/latent/quantised.ts'
import { input } from '../../engine/graph/index.ts'
import { autoencoderParameters } from '../../engine/nn/autoencoder.ts'
import { type VectorQuantiser, vqModel } from '../../engine/nn/vq-model/vq-model.ts'
import { TweedieError } from '../../errors.ts'
import { batchFlips, batchIndices } from '../../files/data/batches.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { parseTweedieMeta } from '../../files/io/tweedie-meta.ts'
import { shapeText } from '../../words.ts'
import { streamsOf } from '../../tools/train/draws.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import { type VqModel, vqPart } from './model.ts'
import type { VqTrainSpec } from './spec.ts'

/**
 * The problem of a specification and its data.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function vqProblem(spec: VqTrainSpec, dataset: ArrayDataset): TrainProblem<VqModel> {
  const autoencoder = vqModel(spec.network.config)
  const layout = autoencoderParameters(autoencoder)
  checkFit(spec, autoencoder, dataset)
  const { batch: size, objective } = spec
  const { inputShape } = autoencoder
  const streams = streamsOf(spec)
  return {
    parts: { [vqPart]: { layout } },
    items: dataset.length,
    levels: 1,
    loss(scope, items) {
      const { loss, itemLoss } = quantisedLoss(autoencoder, scope, input('x', [items, ...inputShape]), objective)
      return { loss, itemLoss }
    },
    emptyBatch: () => ({
      feeds: { x: new Float32Array(size * itemSize(inputShape)) },
      levels: new Int32Array(size),
    }),
    fill({ feeds }, step) {
      const indices = batchIndices(streams.order, dataset.length, size, step)
      const flip = spec.flip ? batchFlips(streams.order, size, step) : undefined
      loadBatch(dataset, indices, feeds.x as Float32Array, flip ? { flip } : {})
    },
    snapshot: (state, training) => ({
      family: 'vq',
      autoencoder,
      layout,
      weights: state.average,
      scale: dataset,
      frame: { item: dataset.shape },
      classNames: [],
      meta: parseTweedieMeta({
        family: 'vq',
        data: dataInMeta(dataset),
        objective: { parametrisation: 'tokens', ...objective },
        training: { seed: spec.seed, batch: size, steps: state.step, ...training },
      }),
    }),
  }
}

function checkFit(spec: VqTrainSpec, { inputShape }: VectorQuantiser, { name, shape, length }: ArrayDataset): void {
  if (spec.batch > length) {
    throw new TweedieError('usage', `a batch of ${spec.batch} is larger than the data: ${length} items`, {
      hint: `\`batch: ${length}\` or less, or more data`,
    })
  }
  if (inputShape.join() === shape.join()) return
  throw new TweedieError(
    'shape',
    `${name}: items are ${shapeText(shape)}, the network takes ${shapeText(inputShape)}`,
    {
      hint: 'change sample_size and in_channels of the network, or `size` and `channels` of the data',
    },
  )
}
