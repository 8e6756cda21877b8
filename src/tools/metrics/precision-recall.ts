/**
 * Fidelity and diversity apart. A set's manifold is the union of balls around its vectors, each reaching to its k-th
 * nearest neighbour. Precision: how many generated vectors lie on the real manifold; recall: the other way round. Density
 * and coverage count by ball and are less fooled by outliers.
 *
 * Kynkäänniemi et al., Improved precision and recall metric (2019); Naeem et al., Reliable fidelity and diversity metrics
 * for generative models (2020).
 */
import { TweedieError } from '../../errors.ts'
import { type FeatureSet, checkComparable, squaredDistance } from './features.ts'

/** All between 0 and 1 but `density`, which is 1 on average for equal distributions and may be larger. */
export interface PrecisionRecall {
  readonly precision: number
  readonly recall: number
  readonly density: number
  readonly coverage: number
}

/**
 * @param options `neighbours`: k, default 3 (density and coverage are often reported for 5)
 * @throws TweedieError `shape` for sets of different dimensions or of at most k vectors
 */
export function precisionRecall(
  real: FeatureSet,
  generated: FeatureSet,
  options: { neighbours?: number } = {},
): PrecisionRecall {
  const { neighbours = 3 } = options
  if (!(Number.isInteger(neighbours) && neighbours >= 1)) {
    throw new TweedieError('usage', `${neighbours} neighbours: expected a whole number ≥ 1`)
  }
  checkComparable('precision and recall', real, generated, neighbours + 1)
  const realRadius = neighbourDistances(real, neighbours)
  const generatedRadius = neighbourDistances(generated, neighbours)
  const onReal = new Uint8Array(generated.count)
  const onGenerated = new Uint8Array(real.count)
  const covered = new Uint8Array(real.count)
  let hits = 0
  for (let i = 0; i < real.count; i++) {
    for (let j = 0; j < generated.count; j++) {
      const distance = squaredDistance(real, i, generated, j)
      if (distance <= realRadius[i]!) {
        hits++
        onReal[j] = 1
        covered[i] = 1
      }
      if (distance <= generatedRadius[j]!) onGenerated[i] = 1
    }
  }
  return {
    precision: share(onReal),
    recall: share(onGenerated),
    density: hits / (neighbours * generated.count),
    coverage: share(covered),
  }
}

/** The squared distance of each vector to its k-th nearest other one. */
function neighbourDistances(set: FeatureSet, k: number): Float64Array {
  const nearest = new Float64Array(set.count * k).fill(Infinity)
  const insert = (i: number, distance: number): void => {
    const end = (i + 1) * k
    if (distance >= nearest[end - 1]!) return
    let at = end - 1
    for (; at > i * k && nearest[at - 1]! > distance; at--) nearest[at] = nearest[at - 1]!
    nearest[at] = distance
  }
  for (let i = 0; i < set.count; i++) {
    for (let j = 0; j < i; j++) {
      const distance = squaredDistance(set, i, set, j)
      insert(i, distance)
      insert(j, distance)
    }
  }
  return Float64Array.from({ length: set.count }, (_, i) => nearest[(i + 1) * k - 1]!)
}

function share(flags: Uint8Array): number {
  return flags.reduce((sum, flag) => sum + flag, 0) / flags.length
}
