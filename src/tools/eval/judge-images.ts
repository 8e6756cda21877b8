/** Judges images: by a classifier's recognition, and by features. */
import { classCount } from '../../files/data/dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { FeatureSet } from '../metrics/features.ts'
import { frechetDistance, frechetEstimate } from '../metrics/frechet.ts'
import type { FrechetEstimate } from '../metrics/frechet.ts'
import { kernelDistance } from '../metrics/kernel-distance.ts'
import { precisionRecall } from '../metrics/precision-recall.ts'
import { recognition } from '../metrics/recognition.ts'
import { key, permutation } from '../../engine/random/index.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { applyClassifier } from './classifier.ts'
import type { Classifier } from './classifier.ts'
import { classifierFeatures } from './feature-network.ts'
import type { FeatureNetwork } from './feature-network.ts'
import { allItems } from './items.ts'
import type { Patience } from './map-batches.ts'
import { randomFeatures } from './random-features.ts'
import { referenceFeatures, storedClassifier } from './reference.ts'
import type { ClassRecognition, EvalPhase, EvalReport, ImageComparison } from './report.ts'
import type { Store } from './store.ts'

/** A named part of the real data. */
export interface RealPart {
  readonly part: 'training' | 'held-out'
  readonly dataset: ArrayDataset
}

/** Other inputs of judging. */
export interface JudgeContext extends Pick<SessionOptions, 'device' | 'threads'> {
  readonly features: FeatureNetwork | undefined
  /** Those of the samples, by `features`. */
  readonly drawnFeatures?: FeatureSet | undefined
  readonly store: Store
  readonly phase: (name: EvalPhase) => Patience
}

/** The part of a report that comes from comparisons. */
export type Judged = Pick<EvalReport, 'recognition' | 'features' | 'comparisons' | 'warnings'>

/** Above this many features the error bar, which takes eleven times as long as the distance, is left out. */
const mostForErrorBar = 256

/** Below this accuracy the classifier itself is not reliable. */
export const goodAccuracy = 0.95

/** Judges samples against each part of the data, the first of which is the training data. */
export async function judgeImages(
  samples: ArrayDataset,
  parts: readonly [RealPart, ...RealPart[]],
  engine: Engine,
  { features: chosen, drawnFeatures, store, phase, ...session }: JudgeContext,
): Promise<Judged> {
  const training = parts[0].dataset
  const classes = classCount(training)
  const labelled = training.labels !== undefined && classes >= 2
  const classifier =
    labelled && (samples.labels || !chosen)
      ? await storedClassifier(training, engine, store, { ...session, ...phase('training a classifier') })
      : undefined
  const network =
    chosen ??
    (classifier
      ? await classifierFeatures(classifier, engine, session)
      : randomFeatures(training.shape, engine, session))

  const images = allItems(samples)
  const reading = phase('comparing features')
  const drawn = drawnFeatures ?? (await network.extract(images, reading))
  const comparisons: ImageComparison[] = []
  for (const { part, dataset } of parts) {
    comparisons.push({
      part,
      ...compare(await referenceFeatures(dataset, network, store, reading), drawn, samples.labels),
    })
  }
  const recognised =
    classifier && samples.labels ? await recognise(samples, images, classifier, engine, session) : undefined
  return {
    recognition: recognised,
    features: { name: network.name, dimension: drawn.dimension },
    comparisons,
    warnings: warningsOf(samples, training, drawn, classifier),
  }
}

/** How many samples a classifier puts into their class. */
export async function recognise(
  { labels, classNames }: ArrayDataset,
  images: Float32Array,
  classifier: Classifier,
  engine: Engine,
  session: Pick<SessionOptions, 'device' | 'threads'>,
): Promise<ClassRecognition> {
  const { predicted } = await applyClassifier(classifier, images, engine, session)
  const { rate, matrix } = recognition(labels!, predicted, classifier.classes)
  return {
    rate,
    matrix,
    classifier: { accuracy: classifier.accuracy, heldOut: classifier.heldOut },
    classes: matrix.map((row, label) => ({
      name: classNames?.[label] ?? String(label),
      samples: row.reduce((sum, count) => sum + count, 0),
      recognised: row[label]!,
    })),
  }
}

/** Samples come in fixed numbers of each class, so that is how their distance must be estimated. */
function compare(real: FeatureSet, drawn: FeatureSet, labels?: Int32Array): Omit<ImageComparison, 'part'> {
  return {
    kind: 'features',
    items: real.count,
    frechet: frechet(real, drawn, labels),
    kernel: kernelDistance(real, drawn),
    precisionRecall: precisionRecall(someOf(real, drawn.count), drawn),
  }
}

function frechet(real: FeatureSet, drawn: FeatureSet, strata?: Int32Array): FrechetEstimate {
  if (real.dimension <= mostForErrorBar) return frechetEstimate(real, drawn, { strata })
  return { distance: frechetDistance(real, drawn), corrected: NaN, standardError: NaN }
}

/** At most so many vectors, drawn at random. */
function someOf(set: FeatureSet, count: number): FeatureSet {
  const { data, dimension } = set
  if (count >= set.count) return set
  const some = new Float32Array(count * dimension)
  permutation(key('precision and recall'), set.count)
    .subarray(0, count)
    .forEach((from, to) => some.set(data.subarray(from * dimension, (from + 1) * dimension), to * dimension))
  return { data: some, count, dimension }
}

function warningsOf(
  samples: ArrayDataset,
  training: ArrayDataset,
  { count, dimension }: FeatureSet,
  classifier: Classifier | undefined,
): string[] {
  const warnings: string[] = []
  const fewest = Math.min(count, training.length)
  if (fewest < 2 * dimension) {
    warnings.push(
      `${fewest} ${count <= training.length ? 'samples' : 'real items'} for ${dimension} features: the Fréchet distance needs at least ${2 * dimension} to mean much`,
    )
  }
  if (samples.labels && classifier && samples.length < 10 * classifier.classes) {
    warnings.push(`${samples.length} samples of ${classifier.classes} classes: too few to compare classes`)
  }
  if (classifier && classifier.accuracy < goodAccuracy) {
    warnings.push(
      `the classifier recognises only ${(100 * classifier.accuracy).toFixed(1)} % of real items: no more can be expected of samples`,
    )
  }
  if (samples.labels && !training.labels)
    warnings.push('the data have no labels: whether samples are of their class is unknown')
  return warnings
}
