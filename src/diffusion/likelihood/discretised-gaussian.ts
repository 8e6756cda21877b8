/**
 * The decoder of data that take a few equally spaced values, such as bytes: the probability that a Gaussian falls into the
 * bin of the value, the outermost bins reaching to infinity,
 *
 *     P(x) = Φ((x + δ − μ)/σ) − Φ((x − δ − μ)/σ),    δ half the distance of two values.
 *
 * Denoising Diffusion Probabilistic Models (Ho et al., 2020), equation 13, https://arxiv.org/abs/2006.11239
 */
import { normalCdf } from '../denoise/normal-quantile.ts'

/** The values that data take. */
export interface Bins {
  /** The least value; default −1. */
  readonly low?: number
  /** The greatest; default 1. */
  readonly high?: number
  /** How many there are; default 256. */
  readonly count?: number
}

/** log P(x), in nats, without underflow however far the mean is away. */
export function logProbability(
  x: number,
  mean: number,
  sigma: number,
  { low = -1, high = 1, count = 256 }: Bins = {},
): number {
  const half = (high - low) / (count - 1) / 2
  const [below, above] = [(x - half - mean) / sigma, (x + half - mean) / sigma]
  if (x < low + half) return logCdf(above)
  if (x > high - half) return logCdf(-below)
  // on the left side of the bell, where the distribution function is accurate
  const [a, b] = below > 0 ? [-above, -below] : [below, above]
  const outer = logCdf(b)
  return outer + Math.log(-Math.expm1(logCdf(a) - outer))
}

/** log Φ(x): below −3 by the continued fraction Φ(−x) = φ(x) / (x + 1/(x + 2/(x + 3/…))). */
export function logCdf(x: number): number {
  if (x > -3) return Math.log(normalCdf(x))
  let rest = -x
  for (let k = 60; k >= 1; k--) rest = -x + k / rest
  return (-x * x) / 2 - Math.log(rest * Math.sqrt(2 * Math.PI))
}
