/** Noise in the subspace of points whose mean is zero. */
import type { NoiseSource } from '../sample/noise-source.ts'
import { centre, type PointCount, type PointRoom } from './centre.ts'

/**
 * A source whose noise is projected: standard normal in the (n − 1) · axes dimensions of the subspace, and zero outside. All samplers
 * take it as `noise`, and stay in the subspace if the denoiser does.
 *
 * @param source noise of items `[places, axes]`, such as `randomNoise(places * axes)`
 * @example
 * const noise = centredNoise(randomNoise(15, { seed }), { places: 5 }, 5)
 * await sampleFinal(denoiser, { sampler: ddim(), times, noise })
 */
export function centredNoise(source: NoiseSource, room: PointRoom, points?: PointCount): NoiseSource {
  return (out, step, draw) => {
    source(out, step, draw)
    centre(out, room, points)
  }
}
