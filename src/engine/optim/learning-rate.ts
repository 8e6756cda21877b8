/** Learning-rate schedules: pure functions of the number of updates made so far, 0 before the first. */
import { cosTurns } from '../random/index.ts'
import { TweedieError } from '../../errors.ts'

/** The learning rate of the next update, after `step` updates. */
export type LearningRate = (step: number) => number

/** Always the same. */
export const constantRate =
  (rate: number): LearningRate =>
  () =>
    rate

/**
 * Half a cosine from `peak` at step 0 to `floor` at step `steps`, then `floor`.
 * Loshchilov & Hutter, SGDR (2017).
 */
export function cosineRate({ peak, steps, floor = 0 }: { peak: number; steps: number; floor?: number }): LearningRate {
  atLeastOne('steps', steps)
  return (step) => floor + ((peak - floor) * (1 + cosTurns(Math.min(step / steps, 1) / 2))) / 2
}

/** A straight line from `peak` at step 0 to `floor` at step `steps`, then `floor`. */
export function linearRate({ peak, steps, floor = 0 }: { peak: number; steps: number; floor?: number }): LearningRate {
  atLeastOne('steps', steps)
  return (step) => peak + (floor - peak) * Math.min(step / steps, 1)
}

/** Multiplied by `factor` after every `every` updates. */
export function stepRate({ peak, every, factor }: { peak: number; every: number; factor: number }): LearningRate {
  atLeastOne('every', every)
  return (step) => peak * factor ** Math.floor(step / every)
}

/**
 * Rises in a straight line over the first `steps` updates, the last of them at the full rate, and then follows `rate`,
 * which begins at its own step 0. Goyal et al., Accurate, Large Minibatch SGD (2017).
 *
 * @example
 * const rate = warmup(500, cosineRate({ peak: 2e-4, steps: 20_000 }))
 */
export function warmup(steps: number, rate: LearningRate): LearningRate {
  return (step) => (step < steps ? (rate(0) * (step + 1)) / steps : rate(step - steps))
}

function atLeastOne(name: string, value: number): void {
  if (!(value >= 1)) throw new TweedieError('usage', `learning rate: ${name} is ${value}, expected at least 1`)
}
