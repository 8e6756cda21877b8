/** Training an autoencoder: the bound of batches of data, as a problem of two parts: the autoencoder, and its law's width. */
import { sizeOf } from '../../engine/graph/index.ts'
import { autoencoderFromConfig } from '../../engine/nn/autoencoder-registry.ts'
import { autoencoderParameters } from '../../engine/nn/autoencoder.ts'
import { fedDropout } from '../../engine/nn/dropout.ts'
import type { Dropout } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import type { TrainParts } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import { batchesOf, emptyBatch } from '../coded/batches.ts'
import { checkFit } from '../coded/check-fit.ts'
import { widthPart } from '../coded/law-width.ts'
import { withMasks } from '../dropout-masks.ts'
import { vaeLoss } from './loss.ts'
import type { VaeModel } from './model.ts'
import { partName } from './parts.ts'
import { snapshot } from './snapshot.ts'
import type { VaeTrainSpec } from './spec.ts'

/**
 * The problem of a specification and its data.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function vaeProblem(spec: VaeTrainSpec, dataset: ArrayDataset): TrainProblem<VaeModel> {
  const autoencoder = autoencoderFromConfig(spec.network.className, spec.network.config)
  const layout = autoencoderParameters(autoencoder)
  const frame = frameOf(dataset.shape, 1, autoencoder.stride)
  checkFit(spec, autoencoder, dataset, frame)
  const parts: TrainParts = { [partName]: { layout }, ...widthPart(spec.law) }
  const { inputShape, latentShape } = autoencoder
  const loss = (dropout: Dropout, scope: Scope, items: number) =>
    vaeLoss({ autoencoder, spec, item: dataset.shape, parts, dropout }, scope, items)
  return {
    parts,
    items: dataset.length,
    levels: 1,
    loss: (scope, items) => loss(fedDropout().dropout, scope, items),
    ...withMasks(spec, (dropout) => loss(dropout, new Scope(), spec.batch), {
      emptyBatch: () => emptyBatch(spec, { inputShape, latents: sizeOf(latentShape) }),
      fill: batchesOf(spec, dataset, frame),
    }),
    snapshot: (state, training) => snapshot({ spec, autoencoder, layout, parts, frame, state }, dataset, training),
  }
}
