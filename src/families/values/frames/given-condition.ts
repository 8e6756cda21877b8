/** The condition by which a network is told some frames of a video. */
import type { ConditionSpec } from '../../../engine/nn/condition-spec.ts'

/** The condition's name. */
export const givenName = 'given'

/** The condition of videos as a network sees them, `[C, T, H, W]`: the given frames, zeros elsewhere, and a channel that is 1 in given frames. */
export function givenSpec(sees: readonly number[]): ConditionSpec {
  return { kind: 'image', shape: sees, nothing: true }
}

/** How given frames are learned. */
export interface GivenSpec {
  /** The probability that no frame is given, so that the model draws whole videos too. */
  readonly nothing: number
}

/** How they are learned unless told otherwise. */
export const usualGiven: GivenSpec = Object.freeze({ nothing: 0.25 })
