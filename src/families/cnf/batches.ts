/** The inputs of one training step: data, the grid's shift, probes and conditions, as a pure function of (specification, data, step). */
import { batchIndices } from '../../files/data/batches.ts'
import { type ArrayDataset, classCount, itemSize } from '../../files/data/dataset.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { conditionArrays } from '../../engine/nn/condition-spec.ts'
import type { Network } from '../../engine/nn/network.ts'
import { fold, normal, rademacher, uniform } from '../../engine/random/index.ts'
import { conditionSource, drawConditions, streamsOf } from '../../tools/train/draws.ts'
import type { Batch, TrainProblem } from '../../tools/train/problem.ts'
import type { CnfTrainSpec } from './spec.ts'

/** Empty arrays for the batches of a run. */
export function emptyBatch({ batch, flow }: CnfTrainSpec, network: Network): Batch {
  const values = (): Float32Array => new Float32Array(batch * itemSize(network.inputShape))
  return {
    feeds: {
      x0: values(),
      shift: new Float32Array(batch),
      ...(flow.trace !== 'exact' && { probe: values() }),
      ...conditionArrays(network.conditions, batch),
    },
    levels: new Int32Array(batch),
  }
}

/** The batches of a run. The shift of the grid is the same for all items of a step. */
export function batchesOf(
  { seed, batch, flow }: CnfTrainSpec,
  network: Network,
  dataset: ArrayDataset,
): TrainProblem['fill'] {
  const streams = streamsOf({ seed })
  const source = conditionSource(dataset)
  const spread = new Float64Array(batch * itemSize(dataset.shape))
  const shift = new Float64Array(1)
  return ({ feeds }, step) => {
    const indices = batchIndices(streams.order, dataset.length, batch, step)
    const x0 = loadBatch(dataset, indices, feeds.x0 as Float32Array)
    if (flow.values !== null) {
      uniform(fold(streams.noise, 'dequantise', step), spread)
      const width = 2 / (flow.values - 1)
      for (let i = 0; i < x0.length; i++) x0[i]! += (spread[i]! - 0.5) * width
    }
    feeds.shift!.fill(uniform(fold(streams.times, step), shift)[0]! - 0.5)
    const probes = fold(streams.noise, 'probe', step)
    if (flow.trace === 'rademacher') rademacher(probes, feeds.probe as Float32Array)
    if (flow.trace === 'gaussian') normal(probes, feeds.probe as Float32Array)
    drawConditions(
      network.conditions,
      source,
      { streams, step, indices, dropout: 0, noClass: classCount(dataset) },
      feeds,
    )
  }
}
