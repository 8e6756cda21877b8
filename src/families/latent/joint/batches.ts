/** The inputs of one step of joint training: items, noise of codes and on codes, times, conditions, as a function of the step. */
import { jointCoefficients, jointCoefficientsAt } from '../../../diffusion/latent/index.ts'
import { conditionArrays } from '../../../engine/nn/condition-spec.ts'
import { fold, normal } from '../../../engine/random/index.ts'
import { batchFlips, batchIndices } from '../../../files/data/batches.ts'
import { classCount, itemSize } from '../../../files/data/dataset.ts'
import { toNetwork } from '../../../files/data/frame.ts'
import { loadBatch } from '../../../files/data/normalise.ts'
import { conditionSource, drawConditions, stratified, streamsOf } from '../../../tools/train/draws.ts'
import type { Batch, TrainProblem } from '../../../tools/train/problem.ts'
import { binarise } from '../../coded/batches.ts'
import type { LatentData } from '../data.ts'
import type { LatentTrainSpec } from '../spec.ts'
import type { JointSetting } from './loss.ts'

/** Empty arrays for the items of one step. */
export function emptyBatch({ batch: size }: LatentTrainSpec, { network, start }: JointSetting): Batch {
  const { inputShape } = start.autoencoder
  return {
    feeds: {
      x: new Float32Array(size * itemSize(inputShape)),
      code: new Float32Array(size * itemSize(network.inputShape)),
      epsilon: new Float32Array(size * itemSize(network.inputShape)),
      t: new Float32Array(size),
      ...Object.fromEntries(jointCoefficients.map((name) => [name, new Float32Array(size)])),
      ...conditionArrays(network.conditions, size),
    },
    levels: new Int32Array(size),
  }
}

/** The batches of a run. */
export function batchesOf(
  spec: LatentTrainSpec,
  { network, objective, start }: JointSetting,
  data: LatentData,
): TrainProblem['fill'] {
  const { of } = data.codes
  const { batch: size, flip } = spec
  const streams = streamsOf(spec)
  const dropping = { dropout: spec.objective.labelDropout, noClass: classCount(data) }
  const source = conditionSource(data)
  const items = new Float32Array(size * itemSize(of.shape))
  const shares = new Float64Array(size)
  // the levels of a table come again and again
  const known = new Map<number, readonly number[]>()
  const numbersAt = (t: number): readonly number[] => {
    const numbers = known.get(t) ?? [objective.view.time(t), ...jointCoefficientsAt(objective, t)]
    if (objective.schedule.table) known.set(t, numbers)
    return numbers
  }
  const names = ['t', ...jointCoefficients]

  return ({ feeds }, step) => {
    const indices = batchIndices(streams.order, of.length, size, step)
    loadBatch(of, indices, items, flip ? { flip: batchFlips(streams.order, size, step) } : {})
    if (start.law.name === 'bernoulli') binarise(items, fold(streams.noise, 'binarise', step))
    toNetwork(start.frame, items, feeds['x'] as Float32Array)
    normal(fold(streams.noise, 'code', step), feeds['code'] as Float32Array)
    normal(fold(streams.noise, step), feeds['epsilon'] as Float32Array)
    stratified(fold(streams.times, step), shares).forEach((share, j) => {
      const numbers = numbersAt(objective.times.at(share))
      names.forEach((name, i) => (feeds[name]![j] = numbers[i]!))
    })
    drawConditions(network.conditions, source, { streams, step, indices, ...dropping }, feeds)
  }
}
