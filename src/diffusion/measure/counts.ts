/** Counts: light that arrives in quanta, so that bright pixels are noisier than dark ones. */
import { type FloatArray, sizeOf } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { fold, key, normal, uniform } from '../../engine/random/index.ts'
import { type Observation, observation, poissonSigma } from './observation.ts'
import type { Operator } from './operator.ts'

/** The brightness scale of the counts. */
export interface CountOptions {
  /** Counts for white. */
  readonly rate: number
  /** The values of black and white; default [−1, 1]. */
  readonly range?: readonly [black: number, white: number]
  readonly seed?: number | string
}

/**
 * Measures one item by counting, N_k ~ Poisson(rate · brightness of A(x)_k), and gives the counts back as brightness.
 * The noise is treated as Gaussian with the standard deviation √N/rate. That is good from about ten counts on.
 *
 * @throws TweedieError `usage` for a rate that is not positive or values darker than black, `shape` for more than one
 * item
 */
export async function observeCounts<O extends Operator>(
  operator: O,
  x: FloatArray,
  { rate, range: [black, white] = [-1, 1], seed = 0 }: CountOptions,
): Promise<Observation<O>> {
  const m = sizeOf(operator.to)
  const seen = await operator.forward(x)
  if (seen.length !== m) throw new TweedieError('shape', `${seen.length / m} items: counts are of one at a time`)
  const brightness = seen.map((value) => (value - black) / (white - black))
  const least = brightness.reduce((a, b) => Math.min(a, b), Infinity)
  // resampling may undershoot a little
  if (!(least > -0.1)) throw new TweedieError('usage', `${operator.name}: ${least} is darker than black`)
  const draws = uniform(fold(key(seed), 'counts'), new Float64Array(m))
  const spare = normal(fold(key(seed), 'many counts'), new Float64Array(m))
  const counted = brightness.map((value, k) => poisson(rate * Math.max(0, value), draws[k]!, spare[k]!) / rate)
  const sigma = poissonSigma(counted, rate).map((value) => (white - black) * value)
  return observation(
    operator,
    counted.map((value) => black + (white - black) * value),
    sigma,
  )
}

/** The count at a place u of the distribution; of large means by their Gaussian limit, at z. */
function poisson(mean: number, u: number, z: number): number {
  if (mean > 500) return Math.max(0, Math.round(mean + Math.sqrt(mean) * z))
  let count = 0
  for (let share = Math.exp(-mean), below = share; u >= below && share > 0; below += share) {
    share *= mean / ++count
  }
  return count
}
