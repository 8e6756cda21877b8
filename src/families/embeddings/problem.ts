/** Training on tokens as noisy embeddings: Gaussian noise on points that are learned, and a network that finds them again. */
import { batchPlaces, type CategoricalDataset, loadTokens } from '../../files/data/categorical.ts'
import { inputView } from '../../diffusion/denoise/input-view.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { parametrisation } from '../../diffusion/denoise/parametrisation.ts'
import { embeddingFeeds, embeddingLoss, fillEmbedding } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import { parseTweedieMeta, type TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import { type EmbeddingModel, requireEmbeddings } from './model.ts'
import { withMasksOf } from '../dropout-masks.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { vocabularyField } from '../token-vocabulary.ts'
import type { EmbeddingNetwork } from '../../engine/nn/embedding-transformer.ts'
import { fedDropout } from '../../engine/nn/dropout.ts'
import { type Dropout, parametersOf } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { scheduleOfNoise } from '../../diffusion/noise/named.ts'
import { samplingOf } from '../../compiled/sampling.ts'
import { fold } from '../../engine/random/index.ts'
import { levelOf, stratified, streamsOf } from '../../tools/train/draws.ts'
import { onePart } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import type { EmbeddedTrainSpec } from './spec.ts'

/** The number of noise levels for reported losses. */
const levels = 1000

/**
 * The problem of a specification and its data. Times are stratified over the batch.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function embeddedProblem(
  spec: EmbeddedTrainSpec,
  dataset: CategoricalDataset,
  own: OwnComponents = {},
): TrainProblem<EmbeddingModel> {
  const network = requireEmbeddings(networkOf(spec.network, own))
  checkTokens(network, dataset)
  const layout = parametersOf(network)
  const schedule = scheduleOfNoise(spec.embeddings.noise, own.schedules)
  const view = inputView('time', schedule)
  const { batch: size } = spec
  const streams = streamsOf(spec)
  const times = new Float64Array(size)
  const loss = (dropout: Dropout, scope: Scope, items: number): LossGraph =>
    embeddingLoss(network, scope, items, schedule, dropout)

  return {
    parts: onePart(network, layout),
    items: dataset.length,
    levels,
    loss: (scope, items) => loss(fedDropout().dropout, scope, items),
    ...withMasksOf(network, spec, (dropout) => loss(dropout, new Scope(), size), {
      emptyBatch: () => ({ feeds: embeddingFeeds(network, size), levels: new Int32Array(size) }),
      fill({ feeds, levels: drawn }, step) {
        loadTokens(dataset, batchPlaces(streams.order, dataset, size, step).starts, feeds.tokens as Int32Array)
        stratified(fold(streams.times, step), times).forEach((time, j) => (drawn[j] = levelOf(time, levels)))
        fillEmbedding(schedule, feeds, times, fold(streams.noise, step))
      },
    }),
    snapshot: (state, training) => ({
      family: 'embeddings',
      network,
      layout,
      weights: state.average,
      schedule,
      parametrisation: parametrisation('sample'),
      view,
      scheduler: null,
      sampling: samplingOf(schedule),
      shape: dataset.shape,
      vocabulary: dataset.vocabulary,
      classNames: [],
      meta: metaOf(spec, dataset, { steps: state.step, ...training }),
    }),
  }
}

function metaOf(
  spec: EmbeddedTrainSpec,
  { name, shape, categories, vocabulary }: CategoricalDataset,
  training: NonNullable<TweedieMetaInput['training']>,
) {
  return parseTweedieMeta({
    family: 'embeddings',
    data: {
      name,
      kind: 'tokens',
      shape: [...shape] as [number, ...number[]],
      categories,
      ...vocabularyField(vocabulary),
    },
    objective: { parametrisation: 'sample', weighting: 'diffusion-lm' },
    schedule: { ...spec.embeddings.noise, input: 'time' },
    training: { seed: spec.seed, batch: spec.batch, ...training },
  })
}

function checkTokens(
  { inputShape, vocabulary }: EmbeddingNetwork,
  { name, shape, categories }: CategoricalDataset,
): void {
  if (shape.length !== 1 || shape[0] !== inputShape[0]) {
    throw new TweedieError(
      'shape',
      `${name}: items are [${shape.join(', ')}], the network takes [${inputShape[0]}] tokens`,
    )
  }
  if (vocabulary.tokens !== categories) {
    throw new TweedieError(
      'shape',
      `${name}: ${categories} tokens; the network has embeddings of ${vocabulary.tokens}`,
      {
        hint: `vocab_size ${categories}`,
      },
    )
  }
}
