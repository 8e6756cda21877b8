/**
 * Training on images, points or any other numbers: Gaussian noise, and a network that predicts the clean data under it.
 */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import { areBytes } from '../../files/data/normalise.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { trainingLoss } from '../../diffusion/denoise/training-loss.ts'
import { fedDropout } from '../../engine/nn/dropout.ts'
import { type Dropout, parametersOf } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { strideOf } from '../../engine/nn/registry.ts'
import type { OwnComponents } from '../own-parts.ts'
import { withMasks } from '../dropout-masks.ts'
import { learnedAugmentation } from './augmented/learned-augmentation.ts'
import { learnedGiven } from './frames/learned-given.ts'
import { learnedSizes } from './learned-sizes.ts'
import { networkOf } from '../network-of.ts'
import { together } from '../learned-conditions.ts'
import { learnedStyle } from '../pictured/learned-style.ts'
import { stylePart } from '../pictured/style-encoder.ts'
import { encoderPart, learnedWords } from '../words/learned-words.ts'
import { ownPart } from '../part.ts'
import { batchesOf, emptyBatch, noiseLevels, objectiveOfSpec } from './batches.ts'
import { checkFit } from './check-fit.ts'
import { fewStepsProblem } from './few-steps-problem.ts'
import { onePart, partScope, trainedView, type TrainParts } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import type { Model } from './model.ts'
import { type BehindLaw, seenPlainly } from './preconditioned/seen.ts'
import { snapshot } from './snapshot.ts'
import { learnedWeightsPart, weightsPart, withLearnedWeights } from './learned-weights.ts'
import { ownLoss } from './own-loss.ts'
import type { TrainSpec } from './spec.ts'

/**
 * The problem of a specification and its data.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function valueProblem(spec: TrainSpec, dataset: ArrayDataset, own: OwnComponents = {}): TrainProblem<Model> {
  const network = networkOf(spec.network, own)
  const layout = parametersOf(network)
  const frame = frameOf(dataset.shape, spec.patch, strideOf(network), network.inputShape.length)
  const words = spec.captions && learnedWords(spec.captions, network, dataset)
  const style = spec.style && learnedStyle(spec.style, network, dataset)
  const told = learnedAugmentation(spec, network, dataset.shape.slice(-2) as [number, number])
  const sizes = learnedSizes(network, dataset)
  const learned = together(words, style, spec.given && learnedGiven(spec.given, network), told, sizes)
  checkFit(spec, network, dataset, frame, learned?.made)
  const { seenBy: behind } = dataset as BehindLaw
  const { seen, law, objective } =
    spec.precondition && behind ? behind(spec, network, dataset, frame, own) : seenPlainly(spec, network, own)
  const levels = noiseLevels(spec)
  const bytes = areBytes(dataset) ? { bin: 2 / 255 } : {}
  const { loss: name, learnedWeights } = spec.objective
  const mine = name === undefined ? undefined : ownPart(own, 'objectives', name)
  // their faults are found before anything is compiled or written
  if (mine) ownLoss(network, new Scope(), spec.batch, name!, mine)
  if (ownPart(own, 'weightings', spec.objective.weighting)) objectiveOfSpec(spec, own).weight(0.5)
  const main = onePart(network, layout)
  const [mainName] = Object.keys(main) as [string]
  const parts: TrainParts = {
    ...main,
    ...words?.parts,
    ...(style && { [stylePart]: style.part }),
    ...(learnedWeights && { [weightsPart]: learnedWeightsPart() }),
  }
  const loss = (dropout: Dropout, scope: Scope, items: number): LossGraph => {
    const own = partScope(parts, mainName, scope)
    const how = { dropout, conditions: learned?.conditions(parts, scope, items, dropout) }
    if (mine) return ownLoss(network, own, items, name!, mine, how)
    const plain = trainingLoss(seen, own, items, { levels, ...bytes, ...how })
    return learnedWeights ? withLearnedWeights(plain, partScope(parts, weightsPart, scope)) : plain
  }
  const { fewSteps } = spec
  const batches = {
    emptyBatch: () => emptyBatch(spec, network, frame, own, learned),
    fill: batchesOf(spec, network, dataset, frame, objective, learned),
  }
  return {
    parts,
    items: dataset.length,
    levels,
    loss: (scope, items) => loss(fedDropout().dropout, scope, items),
    // a network that says it drops nothing need not be built to see that
    ...(network.config['dropout'] === 0 && !((words?.dropout ?? 0) > 0)
      ? batches
      : withMasks(spec, (dropout) => loss(dropout, new Scope(), spec.batch), batches)),
    ...(fewSteps && fewStepsProblem(spec, fewSteps, { network, layout, frame, name: mainName, learned }, dataset, own)),
    snapshot: (state, training) => {
      const averaged = (part: string): Float32Array => trainedView(parts, part, state.average)
      const known = words?.words(() => averaged(encoderPart))
      const styles = style?.styles(averaged(stylePart))
      const trained = {
        spec,
        network: seen,
        law,
        layout,
        state,
        weights: averaged(mainName),
        words: known,
        styles,
        own,
      }
      return snapshot(trained, dataset, training)
    },
  }
}
