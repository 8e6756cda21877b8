/** The inputs of one training step, as a pure function of (specification, data, step). */
import { centre, centredDimensions } from '../../diffusion/centred/index.ts'
import { objectiveOf } from '../../diffusion/denoise/objective-spec.ts'
import { trainingCoefficients } from '../../diffusion/denoise/training-loss.ts'
import { scheduleOfNoise } from '../../diffusion/noise/named.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import { conditionArrays, conditionShape } from '../../engine/nn/condition-spec.ts'
import type { Network } from '../../engine/nn/network.ts'
import { fold, normal, permutation, uniform } from '../../engine/random/index.ts'
import { batchIndices } from '../../files/data/batches.ts'
import { levelOf, stratified, streamsOf } from '../../tools/train/draws.ts'
import type { Batch, TrainProblem } from '../../tools/train/problem.ts'
import { encode, type EncodedArrays, type Encoding, type Graph } from './encode.ts'
import { stereoOf } from './graph/stereo.ts'
import type { MoleculeTrainSpec } from './spec.ts'

/** The number of noise levels for reported losses. */
export const noiseLevels = 1000

/** Molecules of similar size share a batch: so many batches are drawn together, and sorted. */
const window = 8

/** Empty arrays for the batches of a run. */
export function emptyBatch(spec: MoleculeTrainSpec, network: Network): Batch {
  const { batch } = spec
  const values = (): Float32Array => new Float32Array(batch * sizeOf(network.inputShape))
  const { names } = trainingCoefficients(network, objectiveOf(spec.objective, scheduleOfNoise(spec.noise)))
  return {
    feeds: {
      x0: values(),
      epsilon: values(),
      t: new Float32Array(batch),
      ...Object.fromEntries(names.map((name) => [name, new Float32Array(batch)])),
      ...conditionArrays(network.conditions, batch),
    },
    levels: new Int32Array(batch),
  }
}

/**
 * The batches of a run: each molecule once in a pass over the data, with a conformer drawn at random. An item's error counts by its own
 * (n − 1) · 3 dimensions, not by the places that are padded.
 */
export function batchesOf(
  spec: MoleculeTrainSpec,
  network: Network,
  graphs: readonly Graph[],
  encoding: Encoding,
): TrainProblem['fill'] {
  const objective = objectiveOf(spec.objective, scheduleOfNoise(spec.noise))
  const coefficients = trainingCoefficients(network, objective)
  const streams = streamsOf(spec)
  const { batch: size } = spec
  const places = encoding.places
  const shares = new Float64Array(size)
  const draws = new Float64Array(2 * size)
  const views = conditionViews(network)

  return ({ feeds, levels }, step) => {
    const chosen = molecules(spec, streams.order, graphs, step)
    const [x0, epsilon] = [feeds['x0'] as Float32Array, feeds['epsilon'] as Float32Array]
    normal(fold(streams.noise, step), epsilon)
    uniform(fold(streams.labels, step), draws)
    x0.fill(0)
    for (let j = 0; j < size; j++) {
      const graph = graphs[chosen[j]!]!
      const { conformers } = graph.molecule
      const positions = conformers[Math.floor(draws[2 * j]! * conformers.length)]!
      x0.set(positions, j * places * 3)
      const stereo = draws[2 * j + 1]! < spec.stereoDropout ? undefined : stereoOf(graph.topology, positions)
      encode(graph, stereo, encoding, views(feeds, j))
    }
    const count = (j: number): number => graphs[chosen[j]!]!.molecule.atoms.length
    centre(x0, { places }, count)
    centre(epsilon, { places }, count)

    // which time goes with which molecule does not depend on sizes, by which a batch is sorted
    const order = permutation(fold(streams.times, 'order', step), size)
    stratified(fold(streams.times, step), shares).forEach((share, i) => {
      const j = order[i]!
      const t = objective.times.at(share)
      levels[j] = levelOf(share, noiseLevels)
      feeds['t']![j] = objective.view.time(t)
      coefficients.at(t).forEach((value, k) => (feeds[coefficients.names[k]!]![j] = value))
      feeds['weight']![j]! /= Math.max(1, centredDimensions(count(j)))
    })
  }
}

/** The molecules of a step: those of several steps are drawn, sorted by size, and cut. */
function molecules(
  { batch }: MoleculeTrainSpec,
  order: ReturnType<typeof fold>,
  graphs: readonly Graph[],
  step: number,
): Uint32Array {
  const drawn = Math.floor(step / window)
  const all = batchIndices(order, graphs.length, batch * window, drawn)
  const sorted = all.toSorted((a, b) => graphs[a]!.molecule.atoms.length - graphs[b]!.molecule.atoms.length || a - b)
  const cut = permutation(fold(order, 'window', drawn), window)[step % window]!
  return sorted.subarray(cut * batch, (cut + 1) * batch)
}

/** The conditions of item j as views of the arrays of a batch. */
export function conditionViews(
  network: Network,
): (feeds: Readonly<Record<string, Float32Array | Int32Array>>, j: number) => EncodedArrays {
  const sizes = Object.entries(network.conditions).map(([name, spec]) => [name, sizeOf(conditionShape(spec))] as const)
  return (feeds, j) =>
    Object.fromEntries(sizes.map(([name, size]) => [name, feeds[name]!.subarray(j * size, (j + 1) * size)])) as never
}
