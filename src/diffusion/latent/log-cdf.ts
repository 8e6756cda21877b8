/**
 * The logarithm of the normal distribution function in single precision, without underflow:
 *
 *     log Φ(−s) = −s²/2 + log t + P(2t − 1),    t = 1 / (1 + 0.35 s),  s ≥ 0,
 *
 * and log Φ(s) = log(1 − Φ(−s)). P is a polynomial, fitted at Chebyshev points of t to what is left: a smooth function of t over the
 * whole half-line, since Φ(−s) e^{s²/2} is a series in 1/s far out. Its largest error is 1.3e-7.
 */
import { add, exp, less, log, mul, neg, reciprocal, sub, where } from '../../engine/graph/index.ts'
import type { Operand, Tensor } from '../../engine/graph/index.ts'

const stretch = 0.35

/** P's coefficients, the highest power first. */
const coefficients = [
  0.000324139387, -0.000256736329, -0.00198116181, 0.00203159459, 0.008437051, -0.0107835323, -0.0461671082,
  0.0514554192, 0.677193898, -1.37340071,
] as const

/** log Φ(x), element by element. */
export function logNormalCdf(x: Tensor): Tensor {
  const isLeft = less(x, 0)
  const s = where(isLeft, neg(x), x)
  const t = reciprocal(add(mul(s, stretch), 1))
  const u = sub(mul(t, 2), 1)
  const [highest, ...lower] = coefficients
  const smooth = lower.reduce<Operand>((sum, each) => add(mul(sum, u), each), highest)
  const left = add(sub(log(t), mul(mul(s, s), 0.5)), smooth)
  return where(isLeft, left, log(sub(1, exp(left))))
}
