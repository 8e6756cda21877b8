/** What classifiers are told, and what they say. */
import type { Tensor } from '../graph/index.ts'

/** The architecture; it takes images of any size, and clouds of any number of points. */
export interface ClassifierConfig {
  readonly classes: number
  /** Channels at half, quarter, eighth … resolution, multiples of 4; by default [16, 64, 64]. */
  readonly channels?: readonly number[]
}

/** The outputs of the classifier for a batch. */
export interface Classified {
  /** `[N, classes]` */
  readonly logits: Tensor
  /** `[N, last of channels]`: the input of the last layer. */
  readonly features: Tensor
}
