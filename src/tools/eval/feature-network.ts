/** Networks that turn items into features for comparison. */
import type { FeatureSet } from '../metrics/features.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { applyClassifier } from './classifier.ts'
import type { Classifier } from './classifier.ts'
import { digest } from './digest.ts'
import type { Patience } from './map-batches.ts'

/** Features of images. */
export interface FeatureNetwork {
  /** For people: `classifier`, the name of a file. */
  readonly name: string
  /** Two networks of the same id give the same features. */
  readonly id: string
  /**
   * The features of items.
   *
   * @param items `[n, C, H, W]`, in [−1, 1]
   */
  extract(items: Float32Array, patience?: Patience): Promise<FeatureSet>
}

/** The features of a classifier's last layer. */
export async function classifierFeatures(
  classifier: Classifier,
  engine: Engine,
  session: Pick<SessionOptions, 'device' | 'threads'> = {},
): Promise<FeatureNetwork> {
  return {
    name: 'classifier',
    id: `classifier-${await digest(classifier.params)}`,
    extract: async (items, patience) =>
      (await applyClassifier(classifier, items, engine, { ...session, ...patience })).features,
  }
}
