/** A training run on values in words. */
import { learnsVariance } from '../../diffusion/denoise/objectives/learned-variance.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { explainRun, inBrackets, noiseText } from '../explain-run.ts'
import type { OwnParts, Row } from '../family.ts'
import { loadedNetwork } from '../loaded-network.ts'
import { augmentText } from './augmented/augment-spec.ts'
import { fewStepsText } from './few-steps-asked.ts'
import type { TrainSpec } from './spec.ts'

/** The data, the network, the loss and the noise. */
export async function explain(spec: TrainSpec, data: ArrayDataset, own: OwnParts): Promise<readonly Row[]> {
  const { captions, style } = spec
  const captionsText = captions && (await import('../words/describe-words.ts')).captionsText(captions, data)
  const styleText = style && (await import('../pictured/describe-styles.ts')).styleText(style)
  const [low, high] = data.range
  const rows = explainRun(data, spec.network, {
    data: `${thousands(data.length)} items ${shapeText(data.shape)}, values ${rounded(low)} … ${rounded(high)}`,
    network: spec.patch === 1 ? '' : `, patches of ${spec.patch}`,
    objective: await objectiveText(spec, own),
  })
  const learned: Row[] = [
    ...(captionsText ? [['captions', captionsText] as const] : []),
    ...(spec.given ? [['given', `some frames, with probability ${1 - spec.given.nothing}`] as const] : []),
    ...(styleText ? [['style', styleText] as const] : []),
    ...(spec.precondition ? [['preconditioned', 'by the posterior mean of a Gaussian of the data'] as const] : []),
    ...(spec.augment ? [['augmented', augmentText(spec.augment)] as const] : []),
    ...(spec.selfConditioning ? [['recalls', 'its own estimate, every second item'] as const] : []),
  ]
  return [...rows.slice(0, 2), ...learned, ...rows.slice(2)]
}

const rounded = (value: number): number => Number(value.toPrecision(5))

async function objectiveText({ objective, network, noise, fewSteps }: TrainSpec, own: OwnParts): Promise<string> {
  const { parametrisation, weighting, weightingOptions = {}, times, loss, learnedWeights } = objective
  const learned = learnsVariance(await loadedNetwork(network, own))
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
