/** Draws from a decoder's law, on the host: what a sample looks like, where its mean alone would hide the spread. */
import { type Key, normal, uniform } from '../../engine/random/index.ts'
import type { Bins } from '../likelihood/discretised-gaussian.ts'
import type { DecoderLawName } from './decoder-law.ts'

/** A law with its numbers. */
export interface DrawnLaw {
  readonly name: DecoderLawName
  /** σ; not needed by `bernoulli`. */
  readonly sigma: number
  readonly values?: Bins | undefined
}

/**
 * One item x from p(x | z).
 *
 * @param mean E[x | z], as the decoder's law gives it @param key of this item alone
 * @returns as many values
 * @example
 * drawValues({ name: 'gaussian', sigma: 0.1 }, mean, fold(key(seed), 'values', item))
 */
export function drawValues({ name, sigma, values = {} }: DrawnLaw, mean: Float32Array, key: Key): Float32Array {
  const { low = -1, high = 1, count = 256 } = values
  if (name === 'bernoulli') {
    const draws = uniform(key, new Float64Array(mean.length))
    return mean.map((each, i) => (draws[i]! < (each - low) / (high - low) ? high : low))
  }
  const noise = normal(key, new Float64Array(mean.length))
  const drawn = mean.map((each, i) => each + sigma * noise[i]!)
  if (name === 'gaussian') return drawn
  const step = (high - low) / (count - 1)
  return drawn.map((x) => low + step * Math.min(count - 1, Math.max(0, Math.round((x - low) / step))))
}
