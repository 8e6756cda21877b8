/** How much of a video shows one thing, by a classifier of single frames. */
import type { Estimate } from '../metrics/features.ts'

/** What a classifier of frames sees in videos. */
export interface FrameRates {
  /** The share of later frames that are recognised as what the first frame is recognised as. */
  readonly asFirst: Estimate
  /** The share of videos in which that holds for every frame. */
  readonly throughout: Estimate
}

/** The rates of samples, and of as many real videos: no model does better, except by chance. */
export interface VideoRates {
  readonly samples: FrameRates
  readonly real: FrameRates
  /** The classifier's accuracy on single frames of videos that it has not seen. */
  readonly accuracy: number
}
