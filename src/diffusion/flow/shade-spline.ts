/**
 * Splines for pictures of a few shades: a distribution function of the dequantised value, v ∈ [0, 1] → u ∈ [0, 1], and then a fixed
 * quantile function to what is normal almost exactly. A pixel is often exactly black, which no Gaussian is; here, bins as wide as a
 * shade begin at black and at white.
 */
import {
  abs,
  add,
  clamp,
  constant,
  exp,
  log,
  mul,
  neg,
  sign,
  slice,
  softmax,
  sqrt,
  square,
  sub,
  tanh,
  sigmoid,
  concat,
} from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import type { ElementTransform } from './element-transform.ts'
import { inverseRationalQuadratic, type Knots, rationalQuadratic } from './rational-quadratic.ts'

/** The least width and height of a bin. */
const least = 1e-5
/** u is kept so far from 0 and 1. */
const margin = 1e-6
/** The most that a derivative at a knot is above, or below, the mean of the slopes beside it, as a logarithm. */
const bend = 5

/**
 * A monotone map of values in [−1 − 1/(S−1), 1 + 1/(S−1)], which are those of S shades and the noise within them, onto numbers within
 * ±4.8. With parameters of zero, values that are uniform become normal. Beyond the ends it is constant: there are no values there.
 *
 * @param shades S
 * @param bins K; as many as shades, or fewer
 * @throws TweedieError `usage` for fewer than 4 bins, or fewer shades than that
 * @example
 * shadeSpline(256, 16).forward(x, p) // x [N, D], p [N, D, 49]
 */
export function shadeSpline(shades: number, bins: number): ElementTransform {
  if (!(Number.isInteger(bins) && bins >= 2 && bins <= 1024 && shades >= 2)) {
    throw new TweedieError('usage', `a spline of ${bins} bins for ${shades} shades`, { hint: 'bins: 2 … 1024' })
  }
  const edge = 1 + 1 / (shades - 1)
  const usual = constant(Float32Array.from(widthsOf(shades, bins), Math.log), [bins])
  const sizesOf = (raw: Tensor): Tensor => add(mul(softmax(add(raw, usual)), 1 - bins * least), least)
  const knotsOf = (p: Tensor): Knots => {
    const [w, h] = [sizesOf(slice(p, -1, 0, bins)), sizesOf(slice(p, -1, bins, 2 * bins))]
    const steep = sub(log(h), log(w))
    const between = mul(add(slice(steep, -1, 0, bins - 1), slice(steep, -1, 1)), 0.5)
    const mean = concat([slice(steep, -1, 0, 1), between, slice(steep, -1, bins - 1)], -1)
    return { w, h, d: exp(add(mean, mul(tanh(mul(slice(p, -1, 2 * bins), 1 / bend)), bend))), begin: 0 }
  }
  return Object.freeze<ElementTransform>({
    name: 'shade spline',
    parameters: 3 * bins + 1,
    forward(x, p) {
      const v = clamp(mul(add(mul(x, 1 / edge), 1), 0.5), 0, 1)
      const { y: u, logDerivative } = rationalQuadratic(v, knotsOf(p))
      const { z, logRate } = quantile(add(mul(u, 1 - 2 * margin), margin))
      return { y: z, logDerivative: add(add(logDerivative, logRate), Math.log((1 - 2 * margin) / (2 * edge))) }
    },
    inverse(z, p) {
      const t = add(mul(z, linearTerm), mul(mul(square(z), z), cubicTerm))
      const inside = sigmoid(t)
      const u = clamp(mul(sub(inside, margin), 1 / (1 - 2 * margin)), 0, 1)
      const { y: v, logDerivative } = inverseRationalQuadratic(u, knotsOf(p))
      const back = sub(logDerivative, logRateOf(inside, z))
      return { y: mul(sub(mul(v, 2), 1), edge), logDerivative: add(back, -Math.log((1 - 2 * margin) / (2 * edge))) }
    },
  })
}

/** Widths at first: those of shades, or where there are fewer bins, of a shade at either end and equal ones between. */
function widthsOf(shades: number, bins: number): number[] {
  if (bins >= shades || bins < 4) return Array.from({ length: bins }, () => 1 / bins)
  const inner = (1 - 2 / shades) / (bins - 2)
  return Array.from({ length: bins }, (_, i) => (i === 0 || i === bins - 1 ? 1 / shades : inner))
}

/** Φ(z) ≈ 1/(1 + e^−(a z + b z³)) to 1.8e-4 everywhere. Page, Approximations to the Cumulative Normal Function (1977). */
const linearTerm = Math.sqrt(8 / Math.PI)
const cubicTerm = linearTerm * 0.044715

/** The quantile of that distribution: the one real z with a z + b z³ = log(u / (1 − u)), and log dz/du. */
function quantile(u: Tensor): { readonly z: Tensor; readonly logRate: Tensor } {
  const t = sub(log(u), log(sub(1, u)))
  // z = 2 √(a/3b) sinh(⅓ arsinh(t 3√3 √b / (2 a√a)))
  const q = mul(t, 1.5 * Math.sqrt((3 * cubicTerm) / linearTerm ** 3))
  const size = abs(q)
  const third = mul(log(add(size, sqrt(add(square(size), 1)))), 1 / 3)
  const half = sub(exp(third), exp(neg(third)))
  const z = mul(sign(q), mul(half, Math.sqrt(linearTerm / (3 * cubicTerm))))
  return { z, logRate: logRateOf(u, z) }
}

/** log dz/du = −log(u (1 − u)) − log(a + 3 b z²). */
function logRateOf(u: Tensor, z: Tensor): Tensor {
  return neg(add(add(log(u), log(sub(1, u))), log(add(mul(square(z), 3 * cubicTerm), linearTerm))))
}
