/**
 * Judges points and other arrays that are not images: compared directly, in units of the network, about one standard
 * deviation.
 */
import { itemSize } from '../../files/data/dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { energyDistance } from '../metrics/energy-distance.ts'
import { featureSet, meanOf } from '../metrics/features.ts'
import type { FeatureSet } from '../metrics/features.ts'
import { slicedWasserstein } from '../metrics/wasserstein.ts'
import { key } from '../../engine/random/index.ts'
import { allItems, drawItems } from './items.ts'
import type { Judged, RealPart } from './judge-images.ts'
import type { PointComparison } from './report.ts'
import { referenceLimit } from './reference.ts'

const blocks = 10

/** Judges samples against each part of the data. */
export function judgePoints(samples: ArrayDataset, parts: readonly RealPart[]): Judged {
  const drawn = vectors(samples)
  return {
    recognition: undefined,
    features: undefined,
    comparisons: parts.map(({ part, dataset }) => ({ part, ...compare(vectors(dataset), drawn) })),
    warnings: drawn.count < 200 ? [`${drawn.count} samples: the distances are little more than noise`] : [],
  }
}

/** All items as vectors in a random order, at most so many as are compared. */
function vectors(dataset: ArrayDataset): FeatureSet {
  const limit = Math.min(dataset.length, referenceLimit)
  const shuffled = drawItems(dataset, limit, key('reference'), { shuffle: true })
  return featureSet(allItems(shuffled), itemSize(dataset.shape))
}

function compare(real: FeatureSet, drawn: FeatureSet): Omit<PointComparison, 'part'> {
  // As many real points as samples against the rest, or one half against the other where there are too few.
  const apart = Math.min(drawn.count, Math.floor(real.count / 2))
  return {
    kind: 'points',
    items: real.count,
    slicedWasserstein: slicedWasserstein(drawn, real),
    slicedWassersteinFloor: slicedWasserstein(slice(real, 0, apart), slice(real, apart, real.count)),
    energy: meanOf(Array.from({ length: blocks }, (_, i) => energyDistance(block(drawn, i), block(real, i)))),
  }
}

function block(set: FeatureSet, i: number): FeatureSet {
  return slice(set, Math.floor((i * set.count) / blocks), Math.floor(((i + 1) * set.count) / blocks))
}

function slice({ data, dimension }: FeatureSet, from: number, to: number): FeatureSet {
  return { data: data.subarray(from * dimension, to * dimension), count: to - from, dimension }
}
