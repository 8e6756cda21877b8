/** Training on tokens: a discrete process corrupts them, and a network predicts the clean ones. */
import { batchPlaces, type CategoricalDataset, loadTokens } from '../../files/data/categorical.ts'
import { classCount, itemSize } from '../../files/data/dataset.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { discreteFeeds, discreteLoss, fillDiscrete, processOf } from '../../diffusion/discrete/index.ts'
import { TweedieError } from '../../errors.ts'
import { parseTweedieMeta, type TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import type { TokenModel } from './model.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import { fedDropout } from '../../engine/nn/dropout.ts'
import type { Dropout, Network } from '../../engine/nn/network.ts'
import { parametersOf } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { fold } from '../../engine/random/index.ts'
import { checkClasses } from '../check-classes.ts'
import { withMasksOf } from '../dropout-masks.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { vocabularyField } from '../token-vocabulary.ts'
import { conditionSource, drawConditions, levelOf, stratified, streamsOf } from '../../tools/train/draws.ts'
import { onePart } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import type { TokenTrainSpec } from './spec.ts'

/** The number of noise levels for reported losses. */
const levels = 1000

/**
 * The problem of a specification and its data. Times are stratified over the batch.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function tokenProblem(
  spec: TokenTrainSpec,
  dataset: CategoricalDataset,
  own: OwnComponents = {},
): TrainProblem<TokenModel> {
  const network = networkOf(spec.network, own)
  const layout = parametersOf(network)
  const process = processOf(spec.process, dataset.categories)
  checkTokens(spec, network, dataset, process.states)
  const { batch: size } = spec
  const noClass = classCount(dataset)
  const streams = streamsOf(spec)
  const tokens = new Int32Array(size * itemSize(dataset.shape))
  const times = new Float64Array(size)
  const dropping = { dropout: spec.labelDropout, noClass }
  const source = conditionSource(dataset)
  const loss = (dropout: Dropout, scope: Scope, items: number): LossGraph =>
    discreteLoss(network, scope, items, process, dropout)

  return {
    parts: onePart(network, layout),
    items: dataset.length,
    levels,
    loss: (scope, items) => loss(fedDropout().dropout, scope, items),
    ...withMasksOf(network, spec, (dropout) => loss(dropout, new Scope(), size), {
      emptyBatch: () => ({ feeds: discreteFeeds(process, network, size), levels: new Int32Array(size) }),
      fill({ feeds, levels: drawn }, step) {
        const { indices, starts } = batchPlaces(streams.order, dataset, size, step)
        stratified(fold(streams.times, step), times).forEach((time, j) => (drawn[j] = levelOf(time, levels)))
        fillDiscrete(process, feeds, loadTokens(dataset, starts, tokens), times, fold(streams.noise, step))
        drawConditions(network.conditions, source, { streams, step, indices, ...dropping }, feeds)
      },
    }),
    snapshot: (state, training) => ({
      family: 'tokens',
      network,
      layout,
      weights: state.average,
      process,
      shape: dataset.shape,
      vocabulary: dataset.vocabulary,
      classNames: classNamesOf(network, dataset),
      unconditionalLabel: classesOf(network) > 0 && spec.labelDropout > 0 ? noClass : undefined,
      meta: metaOf(spec, network, dataset, { steps: state.step, ...training }),
    }),
  }
}

function metaOf(
  spec: TokenTrainSpec,
  network: Network,
  dataset: CategoricalDataset,
  training: NonNullable<TweedieMetaInput['training']>,
) {
  const { name, shape, categories, vocabulary } = dataset
  const conditional = classesOf(network) > 0
  return parseTweedieMeta({
    family: 'tokens',
    data: {
      name,
      kind: 'tokens',
      shape: [...shape] as [number, ...number[]],
      categories,
      ...vocabularyField(vocabulary),
      classNames: conditional ? [...classNamesOf(network, dataset)] : null,
      unconditionalLabel: conditional && spec.labelDropout > 0 ? classCount(dataset) : null,
    },
    objective: { parametrisation: 'logits', weighting: spec.process.objective, labelDropout: spec.labelDropout },
    process: { ...spec.process } as unknown as NonNullable<TweedieMetaInput['process']>,
    training: { seed: spec.seed, batch: spec.batch, ...training },
  })
}

function classNamesOf(network: Network, dataset: CategoricalDataset): readonly string[] {
  if (classesOf(network) === 0) return []
  return dataset.classNames ?? Array.from({ length: classCount(dataset) }, (_, i) => String(i))
}

function checkTokens(spec: TokenTrainSpec, network: Network, dataset: CategoricalDataset, states: number): void {
  const { name, shape, categories, length } = dataset
  if (dataset.vocabulary.kind !== 'text' && spec.batch > length) {
    throw new TweedieError('usage', `a batch of ${spec.batch} is larger than the data: ${length} items`, {
      hint: `\`batch: ${length}\` or less, or more data`,
    })
  }
  if (!network.categories) {
    throw new TweedieError('usage', `${name}: tokens need a network of tokens, and ${network.className} is none`, {
      hint: 'TokenTransformer, or CategoricalUNet for maps',
    })
  }
  const [sees, gets] = [network.inputShape, shape].map((each) => `[${each.join(', ')}]`)
  if (sees !== gets) throw new TweedieError('shape', `${name}: items are ${gets}, the network takes ${sees}`)
  if (network.categories.logits !== categories || network.categories.states !== states) {
    throw new TweedieError(
      'shape',
      `${name}: ${categories} categories in ${states} states; the network has ${network.categories.logits} in ${network.categories.states}`,
      { hint: `vocab_size ${categories}, num_states ${states}` },
    )
  }
  checkClasses(spec.labelDropout, network, classCount(dataset))
}
