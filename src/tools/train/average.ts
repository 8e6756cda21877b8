/** The running average of the weights that a specification asks for. */
import { type EmaDecay, powerEma, warmupEma } from '../../engine/optim/ema.ts'

/**
 * By its decay at each update, a number in [0, 1) that is approached from below; or by its width, the standard deviation of the
 * moments that it averages as a share of the training so far, in (0, 0.28].
 */
export type AverageSpec = number | { readonly width: number; readonly kept?: KeptAverages | undefined }

/** Averages that are kept, so that others can be made of them afterwards. */
export interface KeptAverages {
  /** At least so many moments, at most twice as many. */
  readonly count: number
  /** The width of a second average that goes with the first. */
  readonly width: number
}

/** The widest average: a bit less than that of all weights alike, 1/√12. */
export const widestAverage = 0.28

/** The width that tells most beside another one. */
export const secondWidth = (width: number): number => (width < 0.07 ? 0.1 : 0.05)

/** The decay of the average at each update. */
export function averageDecay(ema: AverageSpec): EmaDecay {
  return typeof ema === 'number' ? warmupEma(ema) : powerEma(ema.width)
}
