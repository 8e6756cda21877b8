/** Monotone rational-quadratic splines: K bins in a box, the identity outside. Durkan et al., Neural Spline Flows (2019). */
import { abs, add, clamp, lessEqual, mul, pad, slice, softmax, softplus, where } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import type { ElementTransform, MappedElements } from './element-transform.ts'
import { inverseRationalQuadratic, type Knots, rationalQuadratic } from './rational-quadratic.ts'

/** The shape of a spline. */
export interface SplineOptions {
  /** K; default 8. */
  readonly bins?: number | undefined
  /** B: the spline maps [−B, B] to itself; default 4. */
  readonly box?: number | undefined
  /** The least width and height of a bin, as a share of the box; default 1e-3. */
  readonly least?: number | undefined
}

/** The least derivative at a knot. */
const leastDerivative = 1e-3

/** softplus(shift) + {@link leastDerivative} = 1. */
const shift = Math.log(Math.expm1(1 - leastDerivative))

/**
 * The spline with K widths, K heights and K − 1 derivatives for each number; those at the ends of the box are 1, so that it
 * continues smoothly.
 *
 * @throws TweedieError `usage` for numbers that make no spline
 * @example
 * splineTransform({ bins: 8, box: 4 }).forward(x, p) // x [N, D], p [N, D, 23]
 */
export function splineTransform({ bins = 8, box = 4, least = 1e-3 }: SplineOptions = {}): ElementTransform {
  if (!(Number.isInteger(bins) && bins >= 2 && bins <= 1024 && box > 0 && least > 0 && least * bins < 1)) {
    throw new TweedieError('usage', `a spline of ${bins} bins in a box of ${box}, none below ${least} of it`, {
      hint: 'bins: 2 … 1024, box above 0, and bins times the least width below 1',
    })
  }
  const sizesOf = (raw: Tensor): Tensor => mul(add(mul(softmax(raw), 1 - bins * least), least), 2 * box)
  const knotsOf = (p: Tensor): Knots => {
    const inner = add(softplus(add(slice(p, -1, 2 * bins), shift)), leastDerivative)
    const one = p.shape.map((_, axis) => Number(axis === p.shape.length - 1))
    return {
      w: sizesOf(slice(p, -1, 0, bins)),
      h: sizesOf(slice(p, -1, bins, 2 * bins)),
      d: pad(inner, one, one, { value: 1 }),
      begin: -box,
    }
  }
  /** Outside the box, the identity. What is computed there is that of the nearest end, and finite, so that no gradient is NaN. */
  const inBox = (from: Tensor, { y, logDerivative }: MappedElements): MappedElements => {
    const inside = lessEqual(abs(from), box)
    return { y: where(inside, y, from), logDerivative: where(inside, logDerivative, 0) }
  }
  return Object.freeze<ElementTransform>({
    name: 'spline',
    box,
    parameters: 3 * bins - 1,
    forward: (x, p) => inBox(x, rationalQuadratic(clamp(x, -box, box), knotsOf(p))),
    inverse: (y, p) => inBox(y, inverseRationalQuadratic(clamp(y, -box, box), knotsOf(p))),
  })
}
