/** Noise between that of two seeds: for a walk from one sample to another. */
import { slerp } from './interpolate.ts'
import { type NoiseSource, randomNoise } from './noise-source.ts'

/**
 * The start of item i of n lies on the sphere between the first item of one seed and that of the other, at i/(n − 1). Noise on the way
 * is that of the first item of the first seed, for all.
 *
 * @param size elements of an item
 * @param firstItem the number of the batch's first item
 * @param count n
 * @example
 * sampleFinal(denoiser, { sampler: ddim(), times, batch: 9, noise: noiseBetween([1, 2], sizeOf(denoiser.shape), 0, 9) })
 */
export function noiseBetween(
  [from, to]: readonly [number | bigint | string, number | bigint | string],
  size: number,
  firstItem: number,
  count: number,
): NoiseSource {
  const [a, b] = [randomNoise(size, { seed: from }), randomNoise(size, { seed: to })]
  return (out, step, draw) => {
    const one = new Float32Array(size)
    a(one, step, draw)
    const other = new Float32Array(size)
    if (step < 0) b(other, step, draw)
    for (let item = 0; item * size < out.length; item++) {
      const u = count > 1 ? (firstItem + item) / (count - 1) : 0
      out.set(step < 0 ? slerp(one, other, u) : one, item * size)
    }
  }
}
