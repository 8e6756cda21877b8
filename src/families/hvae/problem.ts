/** Training a hierarchy of codes: the bound of batches of data, as a problem of two parts: the network, and the width of the data's law. */
import { input } from '../../engine/graph/index.ts'
import { fedDropout } from '../../engine/nn/dropout.ts'
import { hierarchyParameters } from '../../engine/nn/hierarchy-network.ts'
import { hierarchyFromConfig } from '../../engine/nn/hierarchy-registry.ts'
import type { Dropout } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { hierarchyBound, networkHierarchy } from '../../diffusion/latent/index.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import { partScope, partView, type TrainParts } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import { batchesOf, emptyBatch } from '../coded/batches.ts'
import { checkFit } from '../coded/check-fit.ts'
import { expressionOf } from '../coded/law-of.ts'
import { logSigmaIn, trainedLaw, widthPart } from '../coded/law-width.ts'
import { boundLoss } from '../coded/loss.ts'
import { metaOf } from '../coded/meta.ts'
import { withMasks } from '../dropout-masks.ts'
import { type HvaeModel, latentsOf, partName } from './model.ts'
import type { HvaeTrainSpec } from './spec.ts'

/**
 * The problem of a specification and its data.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function hvaeProblem(spec: HvaeTrainSpec, dataset: ArrayDataset): TrainProblem<HvaeModel> {
  const { law, bound } = spec
  const network = hierarchyFromConfig(spec.network.className, spec.network.config)
  const layout = hierarchyParameters(network)
  const frame = frameOf(dataset.shape, 1)
  checkFit(spec, network, dataset, frame)
  const parts: TrainParts = { [partName]: { layout }, ...widthPart(law) }
  const { inputShape } = network
  const latents = latentsOf(network)
  const loss = (dropout: Dropout, scope: Scope, items: number): LossGraph => {
    const hierarchy = networkHierarchy(network, partScope(parts, partName, scope), { dropout })
    const made = hierarchyBound(hierarchy, expressionOf({ name: law.name, shades: law.shades }), {
      x: input('x', [items, ...inputShape]),
      noise: input('noise', [items, bound.draws, latents]),
      logSigma: logSigmaIn(parts, scope),
    })
    return boundLoss({ ...made, reconstruction: made.terms.reconstruction!, klParts: made.klByLevel }, bound, items)
  }
  return {
    parts,
    items: dataset.length,
    levels: 1,
    loss: (scope, items) => loss(fedDropout().dropout, scope, items),
    ...withMasks(spec, (dropout) => loss(dropout, new Scope(), spec.batch), {
      emptyBatch: () => emptyBatch(spec, { inputShape, latents }),
      fill: batchesOf(spec, dataset, frame),
    }),
    snapshot(state, training) {
      const trained = trainedLaw(law, parts, state.average)
      return {
        family: 'hvae',
        network,
        layout,
        weights: partView(parts, partName, state.average),
        law: trained,
        frame,
        scale: dataset,
        classNames: [],
        meta: metaOf({ family: 'hvae', spec, law: trained, step: state.step }, dataset, training),
      }
    },
  }
}
