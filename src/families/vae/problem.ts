/** Training an autoencoder: the bound of batches of data, as a problem of two parts: the autoencoder, and its law's width. */
import { autoencoderFromConfig } from '../../engine/nn/autoencoder-registry.ts'
import { type Autoencoder, autoencoderParameters } from '../../engine/nn/autoencoder.ts'
import { layoutOf } from '../../engine/nn/layout.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { type Frame, frameOf } from '../../files/data/frame.ts'
import { partScope, type TrainParts } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import { batchesOf, emptyBatch } from './batches.ts'
import { expressionOf } from './law-of.ts'
import { sigmaInit, sigmaName, vaeLoss } from './loss.ts'
import type { VaeModel } from './model.ts'
import { lawPart, partName } from './parts.ts'
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
  const law = expressionOf({ ...spec.law, shades: spec.law.shades })
  const width = { name: sigmaName, shape: [1], init: sigmaInit(spec.law.sigma ?? 1) }
  const parts: TrainParts = {
    [partName]: { layout },
    ...(law.hasSigma && { [lawPart]: { layout: layoutOf([width]) } }),
  }
  return {
    parts,
    items: dataset.length,
    levels: 1,
    loss: (scope, items) =>
      vaeLoss(
        { autoencoder, law, item: dataset.shape, bound: spec.bound },
        {
          autoencoder: partScope(parts, partName, scope),
          law: law.hasSigma ? partScope(parts, lawPart, scope) : scope,
        },
        items,
      ),
    emptyBatch: () => emptyBatch(spec, autoencoder),
    fill: batchesOf(spec, dataset, frame),
    snapshot: (state, training) => snapshot({ spec, autoencoder, layout, parts, frame, state }, dataset, training),
  }
}

function checkFit(spec: VaeTrainSpec, autoencoder: Autoencoder, dataset: ArrayDataset, frame: Frame): void {
  const { name, kind, length, range, affine } = dataset
  if (spec.batch > length) {
    throw new TweedieError('usage', `a batch of ${spec.batch} is larger than the data: ${length} items`, {
      hint: `\`batch: ${length}\` or less, or more data`,
    })
  }
  const [sees, gets] = [autoencoder.inputShape, frame.network].map((each) => `[${each.join(', ')}]`)
  if (sees !== gets) throw new TweedieError('shape', `${name}: items are ${gets}, the autoencoder takes ${sees}`)
  if (autoencoder.outputShape.join() !== autoencoder.inputShape.join()) {
    throw new TweedieError(
      'shape',
      `${name}: the autoencoder gives [${autoencoder.outputShape.join(', ')}] for ${gets}`,
    )
  }
  if (spec.law.name !== 'gaussian' && (kind === 'points' || affine !== undefined || !(range[1] > range[0]))) {
    throw new TweedieError('usage', `${name}: \`decoderLaw: ${spec.law.name}\` is for values between two limits`, {
      hint: '`decoderLaw: gaussian`',
    })
  }
}
