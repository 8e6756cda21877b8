/**
 * An autoencoder and the model of its codes, trained together: it begins with an autoencoder that was trained alone, whose codes the
 * map of the data keeps near variance 1.
 *
 * Vahdat, Kreis & Kautz, Score-based Generative Modeling in Latent Space (2021), https://arxiv.org/abs/2106.05931
 */
import { jointObjective } from '../../../diffusion/latent/index.ts'
import { fedDropout } from '../../../engine/nn/dropout.ts'
import { parametersOf } from '../../../engine/nn/network.ts'
import { Scope } from '../../../engine/nn/parameters.ts'
import { strideOf } from '../../../engine/nn/network-classes.ts'
import { frameOf } from '../../../files/data/frame.ts'
import { onePart, partView, type TrainParts } from '../../../tools/train/parts.ts'
import type { TrainProblem } from '../../../tools/train/problem.ts'
import { trainedLaw, widthPart } from '../../coded/law-width.ts'
import { defined } from '../../defined.ts'
import { withMasks } from '../../dropout-masks.ts'
import { networkOf } from '../../network-of.ts'
import type { OwnComponents } from '../../own-parts.ts'
import type { VaeModel } from '../../vae/model.ts'
import { partName } from '../../vae/parts.ts'
import { objectiveOfSpec } from '../../values/batches.ts'
import { checkFit } from '../../values/check-fit.ts'
import { snapshot as snapshotOfValues } from '../../values/snapshot.ts'
import { autoencoderSum } from '../autoencoder-sum.ts'
import type { LatentData } from '../data.ts'
import { latentMeta } from '../meta.ts'
import type { LatentModel } from '../model.ts'
import { asValues, type LatentTrainSpec } from '../spec.ts'
import { batchesOf, emptyBatch } from './batches.ts'
import { checkJoint } from './check.ts'
import { type JointSetting, lossOf } from './loss.ts'
import { mixedWeights, mixturePart, trainedMixture } from './mixed-output.ts'

/**
 * The problem of a specification and encoded data.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function jointProblem(
  spec: LatentTrainSpec,
  data: LatentData,
  own: OwnComponents = {},
): TrainProblem<LatentModel> {
  checkJoint(spec, own)
  const values = asValues(spec)
  const network = networkOf(spec.network, own)
  const layout = parametersOf(network)
  const { autoencoder: start, of } = data.codes
  const frame = frameOf(data.shape, spec.patch, strideOf(network))
  checkFit(values, network, data, frame)
  const main = onePart(network, layout)
  const [prior] = Object.keys(main) as [string]
  const parts: TrainParts = {
    ...main,
    [partName]: { layout: start.layout, weights: start.weights },
    ...widthPart(start.law),
    ...mixturePart(network, spec.joint!.mixture),
  }
  const uniform = { ...values.objective, times: { name: 'uniform' } as const }
  const objective = jointObjective(objectiveOfSpec({ ...values, objective: uniform }, own))
  const setting: JointSetting = { parts, prior, network, frame, affine: data.affine!, objective, start }
  return {
    parts,
    items: of.length,
    levels: 1,
    loss: (scope, items) => lossOf(setting, fedDropout().dropout, scope, items),
    ...withMasks(spec, (dropout) => lossOf(setting, dropout, new Scope(), spec.batch), {
      emptyBatch: () => emptyBatch(spec, setting),
      fill: batchesOf(spec, setting, data),
    }),
    snapshot(state, training) {
      const mixture = trainedMixture(parts, state.average)
      const average = mixedWeights(network, layout, partView(parts, prior, state.average), mixture)
      const learned = snapshotOfValues({ spec: values, network, layout, state, weights: average, own }, data, training)
      const autoencoder = trained(start, parts, state.average)
      const meta = latentMeta(learned, autoencoder, autoencoderSum(autoencoder), { steps: state.step, mixture })
      return { family: 'latent', prior: learned, autoencoder, classNames: learned.classNames, meta }
    },
  }
}

/** The autoencoder as it has become. */
function trained(start: VaeModel, parts: TrainParts, flat: Float32Array): VaeModel {
  const law = trainedLaw(start.law, parts, flat)
  const objective = { ...start.meta.objective, law: defined(law) }
  return { ...start, law, weights: partView(parts, partName, flat).slice(), meta: { ...start.meta, objective } }
}
