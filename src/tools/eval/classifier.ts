/** A trained classifier, and its predictions for images and clouds. */
import { input, sizeOf } from '../../engine/graph/index.ts'
import { featureSet } from '../metrics/features.ts'
import type { FeatureSet } from '../metrics/features.ts'
import { classify } from '../../engine/nn/classifier.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { compile } from '../../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { mapBatches } from './map-batches.ts'
import type { Patience } from './map-batches.ts'

/** A trained classifier. */
export interface Classifier {
  /** Of one image, `[C, H, W]`, or cloud, `[n, d]`. */
  readonly shape: readonly number[]
  readonly classes: number
  readonly layout: Layout
  readonly params: Float32Array
  readonly seed: number
  /** The share of held-back items that it recognises. */
  readonly accuracy: number
  readonly heldOut: number
}

/** The most likely class of each image, and its features. */
export interface Verdict {
  readonly predicted: Int32Array
  readonly features: FeatureSet
}

/**
 * Applies a classifier.
 *
 * @param images `[n, C, H, W]`, in [−1, 1], or clouds `[n, …]` as a network sees them
 */
export async function applyClassifier(
  { shape, classes, layout, params }: Pick<Classifier, 'shape' | 'classes' | 'layout' | 'params'>,
  images: Float32Array,
  engine: Engine,
  { signal, onProgress, ...session }: Pick<SessionOptions, 'device' | 'threads'> & Patience = {},
): Promise<Verdict> {
  const size = sizeOf(shape)
  const batch = Math.min(100, images.length / size)
  const outputs = classify(new Scope(), input('x', [batch, ...shape]), { classes })
  const constants = new Map(Array.from(layout.toMap(params), ([name, { data }]) => [name, data]))
  using program = await compile({ ...outputs }, engine, { ...session, constants })
  const { logits, features } = await mapBatches<'logits' | 'features'>(
    images,
    size,
    batch,
    async (x) => (await program.run({ x })) as Record<'logits' | 'features', Float32Array>,
    { signal, onProgress },
  )
  const predicted = Int32Array.from({ length: images.length / size }, (_, i) => {
    const row = logits.subarray(i * classes, (i + 1) * classes)
    return row.indexOf(Math.max(...row))
  })
  return { predicted, features: featureSet(features, outputs.features.shape[1]!) }
}
