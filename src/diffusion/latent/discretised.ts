/**
 * The probability of equally spaced values under a Gaussian, in single precision and with gradients:
 *
 *     P(x) = Φ((x + δ − μ)/σ) − Φ((x − δ − μ)/σ),    δ half the distance of two values,
 *
 * the outermost bins reaching to infinity, so that the sum over all values is 1. The same for numbers on the host, in double
 * precision, is `logProbability` of `likelihood/discretised-gaussian.ts`.
 */
import {
  add,
  div,
  exp,
  greater,
  less,
  log,
  max,
  min,
  mul,
  neg,
  square,
  sub,
  tanh,
  where,
} from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { Bins } from '../likelihood/discretised-gaussian.ts'
import { logNormalCdf } from './log-cdf.ts'

/** Bins of less than so many σ are taken as narrow: a difference of distribution functions would be mostly rounding. */
const narrow = 0.01
/** The least difference of two logarithms. */
const leastStep = 1e-6

/**
 * log P(x) of every value, in nats.
 *
 * @param x `[N, ...shape]` @param mean of the same shape @param logSigma log σ, a shape that broadcasts to it
 */
export function discretisedLogProbability(
  x: Tensor,
  mean: Tensor,
  logSigma: Tensor,
  { low = -1, high = 1, count = 256 }: Bins = {},
): Tensor {
  const half = (high - low) / (count - 1) / 2
  const inverse = exp(neg(logSigma))
  const z = mul(sub(x, mean), inverse)
  const width = mul(inverse, 2 * half)
  const reach = mul(inverse, half)
  const inner = where(less(width, narrow), narrowBin(z, logSigma, width, half), wideBin(z, reach))
  const first = logNormalCdf(add(z, reach))
  const last = logNormalCdf(neg(sub(z, reach)))
  return where(less(x, low + half), first, where(greater(x, high - half), last, inner))
}

/** log(Φ(b) − Φ(a)) = log Φ(b) + log(1 − e^{−d}), d = log Φ(b) − log Φ(a), on the left side of the bell, where Φ is accurate. */
function wideBin(z: Tensor, reach: Tensor): Tensor {
  const left = where(less(z, 0), z, neg(z))
  const upper = logNormalCdf(add(left, reach))
  const d = max(sub(upper, logNormalCdf(sub(left, reach))), leastStep)
  // 1 − e^{−d} = tanh(d/2) (1 + e^{−d}), which loses no digits where d is small
  return add(upper, add(log(tanh(mul(d, 0.5))), log(add(exp(neg(d)), 1))))
}

/** The density in the middle times the width w, and the next term of the series: φ(z) w (1 + w² (z² − 1)/24). */
function narrowBin(z: Tensor, logSigma: Tensor, width: Tensor, half: number): Tensor {
  const density = sub(mul(add(square(z), Math.log(2 * Math.PI)), -0.5), logSigma)
  // where bins are wide this is not used, and only has to be finite
  const curvature = div(mul(square(min(width, narrow)), sub(square(z), 1)), 24)
  return add(add(density, Math.log(2 * half)), log(add(curvature, 1)))
}
