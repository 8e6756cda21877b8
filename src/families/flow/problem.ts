/** Training of a flow: maximum likelihood, exactly −log p of items whose shades are spread by noise from counters. */
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { logDensity } from '../../diffusion/flow/base-density.ts'
import { type FlowNetwork, toLatent } from '../../diffusion/flow/flow-network.ts'
import { add, input, mean, mul, sizeOf } from '../../engine/graph/index.ts'
import { classesOf, conditionArrays, conditionInputs, conditionValues } from '../../engine/nn/condition-spec.ts'
import { fedDropout } from '../../engine/nn/dropout.ts'
import { type Dropout, parametersOf } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { strideOf } from '../../engine/nn/network-classes.ts'
import { fold } from '../../engine/random/index.ts'
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
import { withMasks } from '../dropout-masks.ts'
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
  const dropping = { dropout: spec.labelDropout, noClass: classCount(dataset) }
  const source = conditionSource(dataset)
  const items = new Float32Array(size * dimensions)
  const units = unitsOf(dataset, shades, sizeOf(frame.network))
  const loss = (dropout: Dropout, scope: Scope, count: number) =>
    lossOf({ network, dropout, units, dimensions }, scope, count)

  return {
    parts: onePart(network, layout),
    items: dataset.length,
    levels: 1,
    loss: (scope, count) => loss(fedDropout().dropout, scope, count),
    ...withMasks(spec, (dropout) => loss(dropout, new Scope(), size), {
      emptyBatch: () => ({
        feeds: {
          x0: new Float32Array(size * itemSize(frame.network)),
          ...conditionArrays(network.conditions, size),
        },
        levels: new Int32Array(size),
      }),
      fill({ feeds }, step) {
        const indices = batchIndices(streams.order, dataset.length, size, step)
        const flip = spec.flip ? batchFlips(streams.order, size, step) : undefined
        const read = loadBatch(dataset, indices, items, flip ? { flip } : {})
        const x0 = toNetwork(frame, read, feeds['x0'] as Float32Array)
        if (shades !== null) dequantise(x0, shades, fold(streams.noise, step))
        drawConditions(network.conditions, source, { streams, step, indices, ...dropping }, feeds)
      },
    }),
    snapshot: (state, training) => snapshot({ spec, network, layout, state }, dataset, training),
  }
}

interface LossSetting {
  readonly network: FlowNetwork
  readonly dropout: Dropout
  /** What turns the density of what the network sees into that of the data, in nats. */
  readonly units: number
  readonly dimensions: number
}

function lossOf({ network, dropout, units, dimensions }: LossSetting, scope: Scope, items: number): LossGraph {
  const mapped = toLatent(network, scope, {
    x: input('x0', [items, ...network.inputShape]),
    conditions: conditionInputs(network.conditions, items),
    dropout,
  })
  const itemLoss = mul(add(mul(logDensity(mapped), -1), units), 1 / dimensions)
  return { loss: mean(itemLoss), itemLoss }
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
