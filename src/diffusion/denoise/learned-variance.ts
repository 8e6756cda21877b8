/** Networks that predict the variance of the reverse step along with its mean. */
import { TweedieError } from '../../errors.ts'
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray, sizeOf } from './denoiser.ts'
import { fromPrediction, type Predict, type PredictionOptions } from './from-prediction.ts'

/** A denoiser that also predicts the variance of the reverse step, between its two bounds. */
export interface VarianceDenoiser extends Denoiser {
  /**
   * v of the evaluation that gave this mean (the same array), `[batch, ...shape]`: log var = v log β + (1 − v) log β̃, between the variances of
   * q(x_t | x_s) and of q(x_s | x_t, x₀).
   */
  readonly fraction: (mean: FloatArray) => FloatArray
}

/**
 * The denoiser of a network with twice the channels: of every item the first half is the prediction and the second half is
 * 2 v − 1, `learned_range` of OpenAI's code and of diffusers.
 *
 * Improved Denoising Diffusion Probabilistic Models (Nichol & Dhariwal, 2021), equation 15,
 * https://arxiv.org/abs/2102.09672
 */
export function fromPredictionAndVariance(predict: Predict, options: PredictionOptions): VarianceDenoiser {
  const size = sizeOf(options.shape)
  const fractions = new WeakMap<FloatArray, FloatArray>()
  return Object.freeze({
    schedule: options.schedule,
    shape: options.shape,
    async denoise(x: FloatArray, t: number, context?: DenoiseContext): Promise<FloatArray> {
      const output = await predict(x, t, context)
      if (output.length !== 2 * x.length) {
        throw new TweedieError(
          'shape',
          `the network returned ${output.length} numbers for ${x.length} of input, not twice as many`,
        )
      }
      const [prediction, fraction] = [emptyLike(output, x.length), emptyLike(output, x.length)]
      for (let at = 0; at < x.length; at += size) {
        prediction.set(output.subarray(2 * at, 2 * at + size), at)
        for (let i = 0; i < size; i++) fraction[at + i] = (output[2 * at + size + i]! + 1) / 2
      }
      const mean = await fromPrediction(() => prediction, options).denoise(x, t)
      fractions.set(mean, fraction)
      return mean
    },
    fraction(mean: FloatArray): FloatArray {
      const found = fractions.get(mean)
      if (found) return found
      throw new TweedieError('usage', 'no variance is known of this mean: it must be the array that denoise() returned')
    },
  })
}

/** Whether a denoiser predicts variances. */
export function predictsVariance(denoiser: Denoiser): denoiser is VarianceDenoiser {
  return 'fraction' in denoiser
}
