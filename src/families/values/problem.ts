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
import { strideOf } from '../../engine/nn/network-classes.ts'
import type { OwnComponents } from '../own-parts.ts'
import { dropsNothing, withMasks } from '../dropout-masks.ts'
import { takesEstimates } from '../../diffusion/denoise/self-conditioned.ts'
import { augmentationName } from './augmented/augmentation-name.ts'
import { loadedNetwork } from '../loaded-network.ts'
import { together } from '../learned-conditions.ts'
import { ownPart } from '../part.ts'
import { batchesOf, emptyBatch, noiseLevels, objectiveOfSpec } from './batches.ts'
import { sizesName } from './implied-conditions.ts'
import { checkFit } from './check-fit.ts'
import { onePart, partScope, trainedView, type TrainParts } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import type { Model } from './model.ts'
import { type BehindLaw, seenPlainly } from './preconditioned/seen.ts'
import type { TrainSpec } from './spec.ts'

/**
 * The problem of a specification and its data. What the specification does not have (captions, styles, few steps, …) is not loaded, and what
 * makes a model of a state when one is wanted.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export async function valueProblem(
  spec: TrainSpec,
  dataset: ArrayDataset,
  own: OwnComponents = {},
): Promise<TrainProblem<Model>> {
  const network = await loadedNetwork(spec.network, own)
  const layout = parametersOf(network)
  const frame = frameOf(dataset.shape, spec.patch, strideOf(network), network.inputShape.length)
  const ofWords = spec.captions && (await import('../words/learned-words.ts'))
  const words = ofWords?.learnedWords(spec.captions!, network, dataset)
  const ofStyle = spec.style && (await import('../pictured/learned-style.ts'))
  const style = ofStyle?.learnedStyle(spec.style!, network, dataset)
  const given = spec.given && (await import('./frames/learned-given.ts')).learnedGiven(spec.given, network)
  const isTold = spec.augment !== undefined || Object.hasOwn(network.conditions, augmentationName)
  const told = isTold
    ? (await import('./augmented/learned-augmentation.ts')).learnedAugmentation(spec, network, dataset.shape)
    : undefined
  const isSized = Object.hasOwn(network.conditions, sizesName)
  const sizes = isSized ? (await import('./learned-sizes.ts')).learnedSizes(network, dataset) : undefined
  const recalls = spec.selfConditioning ?? takesEstimates(network)
  const recalled = recalls
    ? (await import('./self-conditioned/learned-estimate.ts')).learnedEstimate(network, spec.selfConditioning === true)
    : undefined
  const learned = together(words, style, given, told, sizes, recalled)
  checkFit(spec, network, dataset, frame, learned?.made)
  const { seenBy: behind } = dataset as BehindLaw
  const { seen, law, objective } =
    spec.precondition && behind ? behind(spec, network, dataset, frame, own) : seenPlainly(spec, network, own)
  const levels = noiseLevels(spec)
  const bytes = areBytes(dataset) ? { bin: 2 / 255 } : {}
  const { loss: name, learnedWeights } = spec.objective
  const mine = name === undefined ? undefined : ownPart(own, 'objectives', name)
  const { ownLoss } = mine ? await import('./own-loss.ts') : {}
  const weighed = learnedWeights ? await import('./learned-weights.ts') : undefined
  // their faults are found before anything is compiled or written
  if (mine) ownLoss!(network, new Scope(), spec.batch, name!, mine)
  if (ownPart(own, 'weightings', spec.objective.weighting)) objectiveOfSpec(spec, own).weight(0.5)
  const main = onePart(network, layout)
  const [mainName] = Object.keys(main) as [string]
  const parts: TrainParts = {
    ...main,
    ...words?.parts,
    ...(style && { [ofStyle!.stylePart]: style.part }),
    ...(weighed && { [weighed.weightsPart]: weighed.learnedWeightsPart() }),
  }
  const loss = (dropout: Dropout, scope: Scope, items: number): LossGraph => {
    const own = partScope(parts, mainName, scope)
    const others = learned?.conditions(parts, scope, items, dropout)
    const estimates = recalled?.estimates(seen, own, items, others!)
    const how = { dropout, conditions: estimates ? { ...others, ...estimates } : others }
    if (mine) return ownLoss!(network, own, items, name!, mine, how)
    const plain = trainingLoss(seen, own, items, { levels, ...bytes, ...how })
    return weighed ? weighed.withLearnedWeights(plain, partScope(parts, weighed.weightsPart, scope)) : plain
  }
  const { fewSteps } = spec
  const jumps = fewSteps && (await import('./few-steps-problem.ts'))
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
    ...(dropsNothing(network) && !((words?.dropout ?? 0) > 0)
      ? batches
      : withMasks(spec, (dropout) => loss(dropout, new Scope(), spec.batch), batches)),
    ...(fewSteps &&
      jumps!.fewStepsProblem(spec, fewSteps, { network, layout, frame, name: mainName, learned }, dataset, own)),
    async snapshot(state, training) {
      const { snapshot } = await import('./snapshot.ts')
      const averaged = (part: string): Float32Array => trainedView(parts, part, state.average)
      const known = words?.words(() => averaged(ofWords!.encoderPart))
      const styles = style?.styles(averaged(ofStyle!.stylePart))
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
