/** A training state as a model: the averaged weights, with everything that is needed to sample from them. */
import { dataInMeta } from '../data-in-meta.ts'
import { classCount } from '../../files/data/dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import { parseTweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { TweedieMetaInput, TweedieMetaSampler } from '../../files/io/tweedie-meta.ts'
import { learnsVariance } from '../../diffusion/denoise/objectives/learned-variance.ts'
import { asTheyAre } from './augmented/augmentation.ts'
import type { Model } from './model.ts'
import { samplerOfFewSteps } from './few-steps-spec.ts'
import { noiseOfRun } from '../../compiled/noise.ts'
import { strideOf } from '../../engine/nn/network-classes.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { TrainState } from '../../tools/train/problem.ts'
import type { ImageEncoderWeights } from '../../compiled/image-encoder.ts'
import type { FieldLaw } from '../../diffusion/prior/law.ts'
import type { Words } from '../../compiled/words.ts'
import { defined } from '../defined.ts'
import type { OwnComponents } from '../own-parts.ts'
import { captionRecord } from '../words/captions-in-meta.ts'
import type { CaptionSpec } from '../words/caption-spec.ts'
import { objectiveOfSpec } from './batches.ts'
import type { TrainSpec } from './spec.ts'

/** The parts of a trainer that make a model. */
interface Trained {
  readonly spec: TrainSpec
  readonly network: Network
  readonly layout: Layout
  readonly state: Pick<TrainState, 'step' | 'average'>
  /** The network's averaged weights, if they are not all that learns. */
  readonly weights?: Float32Array | undefined
  readonly words?: Words | undefined
  readonly styles?: ImageEncoderWeights | undefined
  /** The Gaussian that is built into the network. */
  readonly law?: FieldLaw | undefined
  readonly own?: OwnComponents
}

/** The model of a trainer. Its weights are the trainer's own array: they change with the next step. */
export function snapshot(
  { spec, network, layout, state, weights = state.average, words, styles, law, own = {} }: Trained,
  dataset: ArrayDataset,
  training: TweedieMetaInput['training'] = {},
): Model {
  const { objective } = spec
  const frame = frameOf(dataset.shape, spec.patch, strideOf(network), network.inputShape.length)
  const kind = objectiveOfSpec(spec, own)
  const sampler = spec.fewSteps ? samplerOfFewSteps(spec.fewSteps, kind.schedule) : samplerOfCaptions(spec.captions)
  const { meta: schedule, ...noise } = noiseOfRun(spec.noise, objective, kind, learnsVariance(network), sampler)
  const classes = classesOf(network) > 0 ? classCount(dataset) : 0
  const classNames = dataset.classNames ?? Array.from({ length: classes }, (_, i) => String(i))
  const unconditionalLabel = classes > 0 && objective.labelDropout > 0 ? classes : undefined
  const meta = parseTweedieMeta({
    family: 'values',
    data: {
      ...dataInMeta(dataset),
      patch: spec.patch,
      classNames: classes > 0 ? [...classNames] : null,
      unconditionalLabel: unconditionalLabel ?? null,
      ...(words && { captions: captionRecord(dataset, words) }),
    },
    ...(spec.captions?.frozen && { parts: { text_encoder: { frozen: true } } }),
    objective: {
      ...objective,
      ...(spec.captions && { captions: trainedOn(spec.captions) }),
      ...(spec.given && { given: { ...spec.given } }),
      ...(spec.style && { style: { dropout: spec.style.dropout } }),
      ...(spec.precondition && { precondition: spec.precondition.name }),
      ...(spec.augment && { augment: spec.augment }),
      ...(spec.selfConditioning && { selfConditioning: true }),
      ...(spec.fewSteps && { fewSteps: spec.fewSteps }),
    },
    ...(sampler && { sampler }),
    schedule,
    training: { seed: spec.seed, batch: spec.batch, steps: state.step, ...training },
  } as TweedieMetaInput)
  return {
    family: 'values',
    network: asTheyAre(network),
    layout,
    weights,
    ...(words && { words }),
    ...(styles && { styles }),
    ...(law && { law }),
    ...noise,
    frame,
    scale: dataset,
    classNames: classes > 0 ? classNames : [],
    unconditionalLabel,
    meta,
  }
}

/** How captions were read, for the record. */
function trainedOn({ dropout, keywordDropout, shuffle, keepKeywords }: CaptionSpec): Record<string, unknown> {
  return defined({ dropout, keywordDropout, shuffle, keepKeywords })
}

/** Guidance towards what captions say is recommended by the folder. */
function samplerOfCaptions(captions: CaptionSpec | undefined): TweedieMetaSampler | undefined {
  return captions && captions.guidance !== 0 ? { guidance: captions.guidance } : undefined
}
