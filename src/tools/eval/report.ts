/** The result of an evaluation. */
import type { Estimate } from '../metrics/features.ts'
import type { FrechetEstimate } from '../metrics/frechet.ts'
import type { PrecisionRecall } from '../metrics/precision-recall.ts'
import type { SceneRates } from './scene-judge.ts'
import type { Memorisation } from './memorisation.ts'
import type { SetScores } from '../metrics/clouds/set-scores.ts'

/** The parts of an evaluation that take time. */
export type EvalPhase =
  | 'drawing samples'
  | 'training a classifier'
  | 'comparing features'
  | 'comparing clouds'
  | 'looking for copies'

/** One model, judged by samples. */
export interface EvalReport {
  readonly data: string
  /** How many samples were drawn. */
  readonly samples: number
  readonly recognition: ClassRecognition | undefined
  /** The features of the comparison; undefined for points, which are compared directly. */
  readonly features: { readonly name: string; readonly dimension: number } | undefined
  /** One for the training data, and one for data that were held back, if there are any. */
  readonly comparisons: readonly Comparison[]
  readonly memorisation: Memorisation | undefined
  /** Of pictures that were drawn for captions of scenes: in which shares of them what was asked for is right. */
  readonly scenes?: SceneRates | undefined
  /** Reasons to trust the figures less. */
  readonly warnings: readonly string[]
}

/** The share of samples that a classifier puts into the requested class. */
export interface ClassRecognition {
  /** The share of samples, and its binomial standard error. */
  readonly rate: Estimate
  /** The classifier's accuracy on real items that it has not seen: no model does better, except by chance. */
  readonly classifier: { readonly accuracy: number; readonly heldOut: number }
  readonly classes: readonly { readonly name: string; readonly samples: number; readonly recognised: number }[]
  /** `matrix[requested][predicted]`: how many samples. */
  readonly matrix: readonly (readonly number[])[]
}

/** Samples against real items. */
export type Comparison = ImageComparison | PointComparison | CloudComparison

interface ComparisonBase {
  readonly part: 'training' | 'held-out'
  /** How many real items. */
  readonly items: number
}

/** Images, by their features. */
export interface ImageComparison extends ComparisonBase {
  readonly kind: 'features'
  readonly frechet: FrechetEstimate
  readonly kernel: Estimate
  /** Against as many real items as there are samples. */
  readonly precisionRecall: PrecisionRecall
}

/** Points, in units of the data's standard deviation. */
export interface PointComparison extends ComparisonBase {
  readonly kind: 'points'
  readonly slicedWasserstein: number
  /** The same between real items: the least that a perfect model can be expected to have with so many samples. */
  readonly slicedWassersteinFloor: number
  readonly energy: Estimate
}

/** Clouds, in units of the data's standard deviation: as many samples against as many real ones. */
export interface CloudComparison extends ComparisonBase {
  readonly kind: 'clouds'
  /** How many of each. */
  readonly compared: number
  /** By squared Chamfer distances. */
  readonly chamfer: SetScores
  /** By exact earth mover's distances; left out for clouds of too many points. */
  readonly earthMover?: SetScores | undefined
  /** Between the places of all points, in bits. */
  readonly jensenShannon: number
  /** Real clouds of the training data in the place of samples: what a perfect model has, by Chamfer distances. */
  readonly real?: SetScores | undefined
}
