/** Training of a continuous flow: −log p of data through the solve, and the penalties. */
import { dataInMeta } from '../data-in-meta.ts'
import { type ArrayDataset, classCount, itemSize } from '../../files/data/dataset.ts'
import { parseTweedieMeta, type TweedieMeta, type TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import { TweedieError } from '../../errors.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import { type Network, parametersOf } from '../../engine/nn/network.ts'
import { strideOf } from '../../engine/nn/network-classes.ts'
import { onePart } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import { checkClasses } from '../check-classes.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { batchesOf, emptyBatch } from './batches.ts'
import type { CnfModel } from './model.ts'
import { review } from './review.ts'
import type { CnfTrainSpec } from './spec.ts'
import { ownStep, unrolledLoss } from './training-solve.ts'
import { stretchOf } from './units.ts'

/**
 * The problem of a specification and its data. The loss is in nats of an item in the data's own units, for shades in bits per dimension.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function cnfProblem(spec: CnfTrainSpec, dataset: ArrayDataset, own: OwnComponents = {}): TrainProblem<CnfModel> {
  const network = networkOf(spec.network, own)
  const layout = parametersOf(network)
  checkFit(spec, network, dataset)
  const { flow } = spec
  const { kinetic, jacobian } = flow
  const unit = flow.values === null ? 1 : 1 / (itemSize(dataset.shape) * Math.LN2)
  const stretch = stretchOf(dataset, flow.values)
  const solve = { network, layout, flow, loss: { kinetic, jacobian, unit, stretch } }
  const modelOf = (weights: Float32Array, meta: TweedieMeta): CnfModel => ({
    family: 'cnf',
    network,
    layout,
    weights,
    flow,
    timeScale: flow.timeScale,
    frame: { item: dataset.shape },
    scale: dataset,
    classNames: classNamesOf(network, dataset),
    unconditionalLabel: undefined,
    meta,
  })
  const metaFor = (training: NonNullable<TweedieMetaInput['training']>): TweedieMeta =>
    metaOf(spec, network, dataset, training)
  return {
    parts: onePart(network, layout),
    items: dataset.length,
    levels: 1,
    loss: (scope, items) => unrolledLoss(solve, scope, items),
    ownStep: ownStep(solve),
    emptyBatch: () => emptyBatch(spec, network),
    fill: batchesOf(spec, network, dataset),
    review: (state, engine, options) => review(modelOf(state.average, metaFor({})), dataset, engine, options),
    snapshot: (state, training) => modelOf(state.average, metaFor({ steps: state.step, ...training })),
  }
}

function metaOf(
  { flow, seed, batch }: CnfTrainSpec,
  network: Network,
  dataset: ArrayDataset,
  training: NonNullable<TweedieMetaInput['training']>,
): TweedieMeta {
  const names = classNamesOf(network, dataset)
  return parseTweedieMeta({
    family: 'cnf',
    data: {
      ...dataInMeta(dataset),
      classNames: names.length > 0 ? [...names] : null,
    },
    objective: { parametrisation: 'flow', weighting: 'maximum-likelihood', flow: { ...flow } },
    training: { seed, batch, ...training },
  })
}

function classNamesOf(network: Network, dataset: ArrayDataset): readonly string[] {
  if (classesOf(network) === 0) return []
  return dataset.classNames ?? Array.from({ length: classCount(dataset) }, (_, i) => String(i))
}

function checkFit(spec: CnfTrainSpec, network: Network, dataset: ArrayDataset): void {
  if (spec.batch > dataset.length) {
    throw new TweedieError('usage', `a batch of ${spec.batch} is larger than the data: ${dataset.length} items`, {
      hint: `\`batch: ${dataset.length}\` or less, or more data`,
    })
  }
  const [sees, says, gets] = [network.inputShape, network.outputShape, dataset.shape].map((each) => each.join(', '))
  if (network.categories || sees !== gets || says !== gets) {
    throw new TweedieError('shape', `${dataset.name}: items [${gets}], the network is from [${sees}] to [${says}]`, {
      hint: 'a field has the shape of the data, in and out',
    })
  }
  const stride = strideOf(network)
  const sides = dataset.shape.length === 3 ? dataset.shape.slice(1) : []
  if (sides.some((side) => side % stride !== 0)) {
    throw new TweedieError('usage', `${dataset.name}: sides [${sides.join(', ')}] are no multiples of ${stride}`, {
      hint: 'the likelihood is of the pixels alone: cut or resize the pictures, with `crop` or `size`',
    })
  }
  const extra = Object.keys(network.conditions).find((name) => name !== 'labels')
  if (extra !== undefined) {
    throw new TweedieError('usage', `the condition ${extra}: a continuous flow takes classes only`)
  }
  if (classesOf(network) > 0) checkClasses(0, network, classCount(dataset))
}
