/** The running average of the weights that a specification asks for. */
import { type EmaDecay, powerEma, warmupEma } from '../../engine/optim/ema.ts'

/**
 * By its decay at each update, a number in [0, 1) that is approached from below; or by its width, the standard deviation of the
 * moments that it averages as a share of the training so far, in (0, 0.28].
 */
export type AverageSpec = number | { readonly width: number }

/** The widest average: a bit less than that of all weights alike, 1/√12. */
export const widestAverage = 0.28

/** The decay of the average at each update. */
export function averageDecay(ema: AverageSpec): EmaDecay {
  return typeof ema === 'number' ? warmupEma(ema) : powerEma(ema.width)
}
