/** A training run on values in words. */
import { learnsVariance } from '../../diffusion/denoise/objectives/learned-variance.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { explainRun, inBrackets, noiseText } from '../explain-run.ts'
import type { OwnParts, Row } from '../family.ts'
import { networkOf } from '../network-of.ts'
import { augmentText } from './augmented/augment-spec.ts'
import { fewStepsText } from './few-steps-spec.ts'
import { styleText } from '../pictured/describe-styles.ts'
import { captionsText } from '../words/describe-words.ts'
import type { TrainSpec } from './spec.ts'

/** The data, the network, the loss and the noise. */
export function explain(spec: TrainSpec, data: ArrayDataset, own: OwnParts): readonly Row[] {
  const [low, high] = data.range
  const rows = explainRun(data, spec.network, {
    data: `${thousands(data.length)} items ${shapeText(data.shape)}, values ${rounded(low)} … ${rounded(high)}`,
    network: spec.patch === 1 ? '' : `, patches of ${spec.patch}`,
    objective: objectiveText(spec, own),
  })
  const learned: Row[] = [
    ...(spec.captions ? [['captions', captionsText(spec.captions, data)] as const] : []),
    ...(spec.given ? [['given', `some frames, with probability ${1 - spec.given.nothing}`] as const] : []),
    ...(spec.style ? [['style', styleText(spec.style)] as const] : []),
    ...(spec.precondition ? [['preconditioned', 'by the posterior mean of a Gaussian of the data'] as const] : []),
    ...(spec.augment ? [['augmented', augmentText(spec.augment)] as const] : []),
  ]
  return [...rows.slice(0, 2), ...learned, ...rows.slice(2)]
}

const rounded = (value: number): number => Number(value.toPrecision(5))

function objectiveText({ objective, network, noise, fewSteps }: TrainSpec, own: OwnParts): string {
  const { parametrisation, weighting, weightingOptions = {}, times, loss, learnedWeights } = objective
  const learned = learnsVariance(networkOf(network, own))
  return [
    ...(fewSteps ? [fewStepsText(fewSteps)] : []),
    ...(loss === undefined ? [] : [`${loss} (your own)`]),
    `${parametrisation}-prediction${learned ? ' with variances' : ''}`,
    `${weighting} weighting${inBrackets(weightingOptions)}`,
    ...(learnedWeights ? ['each level by its error'] : []),
    ...(times && times.name !== 'uniform' ? [`${times.name} times`] : []),
    ...(fewSteps && Number(network.config.dropout ?? 0) > 0 ? ['without dropout'] : []),
    noiseText(noise),
  ].join(', ')
}
