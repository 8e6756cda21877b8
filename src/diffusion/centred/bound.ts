/** The variational bound of points without a place, in the (n − 1) · axes dimensions that they have. */
import { type BoundTerms, withTotal } from '../denoise/bound-terms.ts'
import type { Denoiser, FloatArray } from '../denoise/denoiser.ts'
import { type BoundOptions, variationalBound } from '../likelihood/variational-bound.ts'
import { noNoise, randomNoise } from '../sample/noise-source.ts'
import { centredDimensions, type PointCount, type PointRoom } from './centre.ts'
import { centredNoise } from './noise.ts'

/**
 * The bound of some items: −log of a density on the subspace, in nats. Its noise is projected; and dimensions in which nothing happens (the mean, and empty
 * places), whose terms do not depend on the data, are taken off.
 *
 * @param denoiser of items `[places, axes]`; what it answers must have no mean
 * @param x0 centred points, `[items, places, axes]`, empty places zero
 * @throws TweedieError `usage` as for `variationalBound`
 * @example
 * const { total } = await centredBound(denoiser, x0, { places: 5 }, 5, { times, variance: 'large' })
 */
export async function centredBound(
  denoiser: Denoiser,
  x0: FloatArray,
  { places, axes = 3 }: PointRoom,
  points: PointCount = places,
  options: Omit<BoundOptions, 'bins'> = {},
): Promise<BoundTerms> {
  const size = places * axes
  const { noise = randomNoise(size, options), onTerm: _, ...rest } = options
  const projected = centredNoise(noise, { places, axes }, points)
  const whole = await variationalBound(denoiser, x0, { variance: 'large', ...options, noise: projected })
  const nothing: Denoiser = { schedule: denoiser.schedule, shape: [1], denoise: (x) => x.map(() => 0) }
  const idle = await variationalBound(nothing, Float64Array.of(0), { variance: 'large', ...rest, noise: noNoise })
  const missing = Float64Array.from({ length: x0.length / size }, (_, item) => {
    return size - centredDimensions(typeof points === 'number' ? points : points(item), axes)
  })
  const without = (nats: Float64Array, each: Float64Array): Float64Array =>
    nats.map((value, item) => value - missing[item]! * each[0]!)
  return withTotal({
    prior: without(whole.prior, idle.prior),
    transitions: whole.transitions.map((term, i) => ({ ...term, nats: without(term.nats, idle.transitions[i]!.nats) })),
    decoder: without(whole.decoder, idle.decoder),
  })
}
