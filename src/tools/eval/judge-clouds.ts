/** Judges clouds: by a classifier's recognition, and by distances of whole sets of them. */
import { classCount, type ArrayDataset } from '../../files/data/dataset.ts'
import { key } from '../../engine/random/index.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { throwIfAborted } from '../../interrupted.ts'
import { type CloudDistances, cloudDistances } from '../metrics/clouds/cloud-distances.ts'
import { occupancyDivergence } from '../metrics/clouds/occupancy.ts'
import { setScores } from '../metrics/clouds/set-scores.ts'
import { allItems, drawItems } from './items.ts'
import { goodAccuracy, type JudgeContext, type Judged, type RealPart, recognise } from './judge-images.ts'
import type { Patience } from './map-batches.ts'
import { storedClassifier } from './reference.ts'
import type { CloudComparison } from './report.ts'

/** The most clouds of each kind that are compared: time grows as the square. */
const most = 200

/** The most points of a cloud for earth mover's distances, whose time grows as the cube. */
const mostPoints = 512

/** Judges samples against each part of the data, the first of which is the training data. */
export async function judgeClouds(
  samples: ArrayDataset,
  parts: readonly [RealPart, ...RealPart[]],
  engine: Engine,
  { store, phase, ...session }: Omit<JudgeContext, 'features'>,
): Promise<Judged> {
  const training = parts[0].dataset
  const classes = classCount(training)
  const labelled = training.labels !== undefined && classes >= 2 && samples.labels !== undefined
  const classifier = labelled
    ? await storedClassifier(training, engine, store, { ...session, ...phase('training a classifier') })
    : undefined
  const recognised = classifier && (await recognise(samples, allItems(samples), classifier, engine, session))
  const patience = phase('comparing clouds')
  const comparisons = parts.map(({ part, dataset }) => ({
    part,
    ...compare(samples, dataset, part === 'held-out' ? training : undefined, patience),
  }))
  const [{ compared }] = comparisons as [CloudComparison]
  return {
    recognition: recognised,
    features: undefined,
    comparisons,
    warnings: [
      ...(compared < 100 ? [`${compared} clouds of each kind are compared: shares are uncertain by some percent`] : []),
      ...(classifier && classifier.accuracy < goodAccuracy
        ? [
            `the classifier recognises only ${(100 * classifier.accuracy).toFixed(1)} % of real items: no more can be expected of samples`,
          ]
        : []),
    ],
  }
}

function compare(
  samples: ArrayDataset,
  real: ArrayDataset,
  others: ArrayDataset | undefined,
  { signal, onProgress }: Patience,
): Omit<CloudComparison, 'part'> {
  const shape = real.shape as [number, number]
  const compared = Math.min(most, samples.length, real.length, others?.length ?? Infinity)
  const some = (set: ArrayDataset): Float32Array => allItems(drawItems(set, compared, key('clouds'), { shuffle: true }))
  const [drawn, known] = [some(samples), some(real)]
  const search = { signal, onItem: (done: number, total: number) => onProgress?.(done, total) }
  const distances = (first: Float32Array): CloudDistances =>
    cloudDistances(joined(first, known), shape, (done, total) => {
      throwIfAborted(signal)
      onProgress?.(done, total)
    })
  const ofSamples = distances(drawn)
  return {
    kind: 'clouds',
    items: real.length,
    compared,
    chamfer: setScores(ofSamples.chamfer, compared),
    ...(shape[0] <= mostPoints && { earthMover: setScores(ofSamples.earthMover, compared, search) }),
    jensenShannon: occupancyDivergence(drawn, known, shape[1]),
    ...(others && { real: setScores(distances(some(others)).chamfer, compared) }),
  }
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const all = new Float32Array(a.length + b.length)
  all.set(a)
  all.set(b, a.length)
  return all
}
