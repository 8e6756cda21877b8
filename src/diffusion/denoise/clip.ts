/** Denoisers whose mean is brought back into the range of the data: clipping and dynamic thresholding. */
import { TweedieError } from '../../errors.ts'
import { type DenoiseContext, type Denoiser, type FloatArray, sizeOf } from './denoiser.ts'

/**
 * Clips the posterior mean to the data's range, as DDPM does.
 *
 * @param range the least and the greatest value of the data; default [−1, 1]
 */
export function clipped(base: Denoiser, range: readonly [number, number] = [-1, 1]): Denoiser {
  const [low, high] = range
  if (!(low < high)) throw new TweedieError('usage', `clip range [${low}, ${high}]: the first must be the smaller one`)
  return projected(base, (mean) => {
    for (let i = 0; i < mean.length; i++) mean[i] = Math.min(high, Math.max(low, mean[i]!))
  })
}

/** How far dynamic thresholding lets values go. */
export interface ThresholdOptions {
  /** The quantile of |x₀| that is kept; default 0.995. */
  readonly quantile?: number
  /** The largest threshold; default 1, which clips to [−1, 1]. */
  readonly max?: number
}

/**
 * Dynamic thresholding, item by item: s is the quantile of |x₀|, at least 1 and at most `max`; x₀ is clipped to [−s, s]
 * and divided by s. It keeps strong guidance from saturating an image.
 *
 * Photorealistic Text-to-Image Diffusion Models with Deep Language Understanding (Saharia et al., 2022), section 2.3,
 * https://arxiv.org/abs/2205.11487
 */
export function dynamicThreshold(base: Denoiser, { quantile = 0.995, max = 1 }: ThresholdOptions = {}): Denoiser {
  const size = sizeOf(base.shape)
  return projected(base, (mean) => {
    for (let from = 0; from < mean.length; from += size) {
      const item = mean.subarray(from, from + size)
      const s = Math.min(max, Math.max(1, quantileOf(item.map(Math.abs).sort(), quantile)))
      for (let i = 0; i < size; i++) item[i] = Math.min(s, Math.max(-s, item[i]!)) / s
    }
  })
}

/** A denoiser whose mean is another's, projected; see {@link Denoiser.projection}. Projections of projections combine. */
export function projected(denoiser: Denoiser, projection: (mean: FloatArray) => void): Denoiser {
  const { base, apply: before } = denoiser.projection ?? { base: denoiser, apply: undefined }
  const apply = (mean: FloatArray): void => {
    before?.(mean)
    projection(mean)
  }
  return Object.freeze({
    schedule: base.schedule,
    shape: base.shape,
    projection: { base, apply },
    async denoise(x: FloatArray, t: number, context?: DenoiseContext): Promise<FloatArray> {
      const mean = await base.denoise(x, t, context)
      apply(mean)
      return mean
    },
  })
}

/** The quantile of ascending values, linear between neighbours. */
function quantileOf(sorted: FloatArray, quantile: number): number {
  const position = quantile * (sorted.length - 1)
  const low = Math.floor(position)
  const high = Math.min(low + 1, sorted.length - 1)
  return sorted[low]! + (position - low) * (sorted[high]! - sorted[low]!)
}
