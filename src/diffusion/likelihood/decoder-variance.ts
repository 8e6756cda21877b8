/**
 * The variance of the decoder p(x₀ | x_{t₁}), found on data. The variance of the reverse step need not suit the
 * decoder: a byte has the mass of a Gaussian on its bin, black and white have its whole tail, and if the first noise
 * level is high a few hard elements raise the mean square error far above the best value for most of them.
 */
import { type DenoiseContext, type Denoiser, emptyLike, type FloatArray } from '../denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { jump } from '../noise/kernel.ts'
import type { NoiseSource } from '../sample/noise-source.ts'
import { type Bins, logProbability } from './discretised-gaussian.ts'

/**
 * The variance with which a Gaussian around the means gives the data the highest likelihood: for densities the mean square
 * error, for data in bins found by golden sections over log σ.
 *
 * @param data values, and `means` the decoder's mean for each of them, of the same length
 * @throws TweedieError `usage` for no values
 */
export function bestVariance(data: FloatArray, means: FloatArray, bins?: Bins): number {
  if (data.length === 0 || data.length !== means.length) {
    throw new TweedieError('usage', `${data.length} values and ${means.length} means: a variance needs as many of both`)
  }
  let square = 0
  for (let i = 0; i < data.length; i++) square += (data[i]! - means[i]!) ** 2
  const error = Math.sqrt(square / data.length)
  if (!bins) return error ** 2
  const { low = -1, high = 1, count = 256 } = bins
  const width = (high - low) / (count - 1)
  const cost = (logSigma: number): number => {
    let nats = 0
    for (let i = 0; i < data.length; i++) nats -= logProbability(data[i]!, means[i]!, Math.exp(logSigma), bins)
    return nats
  }
  // from well below the width of a bin to wider than every error
  return Math.exp(2 * leastOf(cost, Math.log(width / 20), Math.log(2 * error + width)))
}

/** The means of the decoder, E[x₀ | x_t] at a draw of x_t for each item. */
export async function decoderMeans(
  denoiser: Denoiser,
  t: number,
  data: FloatArray,
  noise: NoiseSource,
  context: DenoiseContext = {},
): Promise<FloatArray> {
  const z = emptyLike(data)
  noise(z, 0, 0)
  return (await denoiser.denoise(jump(denoiser.schedule, t, data, z), t, context)).slice()
}

/** The minimum of a function with one valley, to 1e-3, by golden sections. */
function leastOf(f: (x: number) => number, from: number, to: number): number {
  const golden = (Math.sqrt(5) - 1) / 2
  let [a, b] = [from, to]
  while (b - a > 1e-3) {
    const [left, right] = [b - golden * (b - a), a + golden * (b - a)]
    if (f(left) < f(right)) b = right
    else a = left
  }
  return (a + b) / 2
}
