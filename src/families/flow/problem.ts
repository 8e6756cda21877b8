/** Training of a flow: maximum likelihood, exactly −log p of items whose shades are spread by noise from counters. */
import { logDensity } from '../../diffusion/flow/base-density.ts'
import { type FlowNetwork, toLatent } from '../../diffusion/flow/flow-network.ts'
import { add, input, mean, mul, sizeOf } from '../../engine/graph/index.ts'
import { classesOf, conditionArrays, conditionInputs, conditionValues } from '../../engine/nn/condition-spec.ts'
import { type DropoutMask, fedDropout, fillMask } from '../../engine/nn/dropout.ts'
import { parametersOf } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { strideOf } from '../../engine/nn/registry.ts'
import { fold, key } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { batchFlips, batchIndices } from '../../files/data/batches.ts'
import { type ArrayDataset, classCount, itemSize } from '../../files/data/dataset.ts'
import { frameOf, toNetwork } from '../../files/data/frame.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { conditionSource, drawConditions, streamsOf } from '../../tools/train/draws.ts'
import { onePart } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import { checkClasses } from '../check-classes.ts'
import type { OwnComponents } from '../own-parts.ts'
import { flowOf } from './flow-of.ts'
import type { FlowModel } from './model.ts'
import { dequantise, unitsOf } from './shades.ts'
import { snapshot } from './snapshot.ts'
import type { FlowTrainSpec } from './spec.ts'

/**
 * The problem of a specification and its data. The loss is −log p in nats per dimension of an item: of a picture's shades, or of the
 * density in the units of the data.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function flowProblem(
  spec: FlowTrainSpec,
  dataset: ArrayDataset,
  own: OwnComponents = {},
): TrainProblem<FlowModel> {
  const network = flowOf(spec.network, own)
  const layout = parametersOf(network)
  const frame = frameOf(dataset.shape, 1, strideOf(network))
  checkFit(spec, network, dataset, frame.network)
  const { batch: size, shades } = spec
  const dimensions = itemSize(frame.item)
  const streams = streamsOf(spec)
  const masking = fold(key(spec.seed), 'dropout')
  const dropping = { dropout: spec.labelDropout, noClass: classCount(dataset) }
  const source = conditionSource(dataset)
  const items = new Float32Array(size * dimensions)
  const graph = (scope: Scope, count: number) =>
    lossOf(network, scope, count, unitsOf(dataset, shades, sizeOf(frame.network)), dimensions)
  const { masks } = graph(new Scope(), size)

  return {
    parts: onePart(network, layout),
    items: dataset.length,
    levels: 1,
    loss: (scope, count) => graph(scope, count),
    emptyBatch: () => ({
      feeds: {
        x0: new Float32Array(size * itemSize(frame.network)),
        ...conditionArrays(network.conditions, size),
        ...Object.fromEntries(masks.map(({ name, shape }) => [name, new Float32Array(sizeOf(shape))])),
      },
      levels: new Int32Array(size),
    }),
    fill({ feeds }, step) {
      const indices = batchIndices(streams.order, dataset.length, size, step)
      const flip = spec.flip ? batchFlips(streams.order, size, step) : undefined
      const x0 = toNetwork(frame, loadBatch(dataset, indices, items, flip ? { flip } : {}), feeds['x0'] as Float32Array)
      if (shades !== null) dequantise(x0, shades, fold(streams.noise, step))
      for (const { name, rate } of masks) fillMask(fold(masking, name, step), rate, feeds[name] as Float32Array)
      drawConditions(network.conditions, source, { streams, step, indices, ...dropping }, feeds)
    },
    snapshot: (state, training) => snapshot({ spec, network, layout, state }, dataset, training),
  }
}

/** The loss with the dropout masks that it is fed. */
function lossOf(network: FlowNetwork, scope: Scope, items: number, units: number, dimensions: number) {
  const { dropout, masks } = fedDropout()
  const mapped = toLatent(network, scope, {
    x: input('x0', [items, ...network.inputShape]),
    conditions: conditionInputs(network.conditions, items),
    dropout,
  })
  const itemLoss = mul(add(mul(logDensity(mapped), -1), units), 1 / dimensions)
  return { loss: mean(itemLoss), itemLoss, masks: masks as readonly DropoutMask[] }
}

function checkFit(spec: FlowTrainSpec, network: FlowNetwork, dataset: ArrayDataset, gets: readonly number[]): void {
  if (spec.batch > dataset.length) {
    throw new TweedieError('usage', `a batch of ${spec.batch} is larger than the data: ${dataset.length} items`, {
      hint: `\`batch: ${dataset.length}\` or less, or more data`,
    })
  }
  if (network.inputShape.join() !== gets.join()) {
    throw new TweedieError(
      'shape',
      `${dataset.name}: items are [${gets.join(', ')}], the flow takes [${network.inputShape.join(', ')}]`,
      { hint: 'leave the sizes out of the configuration: they follow from the data' },
    )
  }
  if (spec.shades !== null && dataset.kind !== 'image') {
    throw new TweedieError('usage', `${dataset.name}: shades are for images`, { hint: 'shades: null' })
  }
  if (spec.flip && dataset.kind !== 'image') throw new TweedieError('usage', '`flip` is for images')
  if (classesOf(network) > 0 || spec.labelDropout > 0) checkClasses(spec.labelDropout, network, classCount(dataset))
  for (const [name, condition] of Object.entries(network.conditions)) {
    if (condition.kind === 'class') continue
    const expected = dataset.length * conditionValues(condition)
    const got = dataset.conditions?.[name]?.length
    if (got === expected) continue
    throw new TweedieError(
      'usage',
      `${dataset.name}: the flow needs the condition ${name}, ${expected} numbers for all items; the data have ${got ?? 'none'}`,
      { hint: `give the data set conditions: { ${name}: … }` },
    )
  }
}
