/**
 * Monotone rational-quadratic splines: K bins in a box, the identity outside. Within bin k, of width w, height h, slope s = h/w
 * and derivatives d, d′ at its ends, with ξ = (x − x_k)/w:
 *
 *     y = y_k + h (s ξ² + d ξ(1−ξ)) / (s + (d + d′ − 2s) ξ(1−ξ))
 *     dy/dx = s² (d′ ξ² + 2s ξ(1−ξ) + d (1−ξ)²) / (s + (d + d′ − 2s) ξ(1−ξ))²
 *
 * Gregory & Delbourgo (1982); Durkan et al., Neural Spline Flows (2019), equations 4, 5 and 6–8 for the inverse.
 */
import {
  abs,
  add,
  cast,
  clamp,
  constant,
  div,
  expandDims,
  lessEqual,
  log,
  matmul,
  max,
  mul,
  neg,
  pad,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  where,
} from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import type { ElementTransform, MappedElements } from './element-transform.ts'

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

/** What lies at one bin, for each number. */
interface Bin {
  readonly x: Tensor
  readonly y: Tensor
  readonly w: Tensor
  readonly h: Tensor
  /** Derivatives at its ends. */
  readonly d: Tensor
  readonly e: Tensor
}

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
  const before = constant(triangle(bins), [bins, bins])
  const next = constant(difference(bins), [bins, bins])

  const sizesOf = (raw: Tensor): Tensor => mul(add(mul(softmax(raw), 1 - bins * least), least), 2 * box)
  /** The lower ends of the bins: −B and what lies before each. */
  const edgesOf = (sizes: Tensor): Tensor => sub(matmul(sizes, before), box)

  /** The bin in which each number lies, among edges of x, or of y on the way back. */
  const binOf = (at: Tensor, p: Tensor, way: 'x' | 'y'): Bin => {
    const [w, h] = [sizesOf(slice(p, -1, 0, bins)), sizesOf(slice(p, -1, bins, 2 * bins))]
    const inner = add(softplus(add(slice(p, -1, 2 * bins), shift)), leastDerivative)
    const ends = pad(inner, along(inner, 1), along(inner, 1), { value: 1 })
    const [x, y] = [edgesOf(w), edgesOf(h)]
    const above = cast(lessEqual(way === 'x' ? x : y, expandDims(at, -1)), 'float32')
    const chosen = matmul(above, next)
    const pick = (values: Tensor): Tensor => sum(mul(values, chosen), -1)
    return {
      x: pick(x),
      y: pick(y),
      w: pick(w),
      h: pick(h),
      d: pick(slice(ends, -1, 0, bins)),
      e: pick(slice(ends, -1, 1)),
    }
  }
  /** Outside the box, the identity. What is computed there is that of the nearest end, and finite. */
  const inBox = (from: Tensor, y: Tensor, logDerivative: Tensor): MappedElements => {
    const inside = lessEqual(abs(from), box)
    return { y: where(inside, y, from), logDerivative: where(inside, logDerivative, 0) }
  }

  return Object.freeze<ElementTransform>({
    name: 'spline',
    box,
    parameters: 3 * bins - 1,
    forward(x, p) {
      const at = clamp(x, -box, box)
      const bin = binOf(at, p, 'x')
      const xi = clamp(div(sub(at, bin.x), bin.w), 0, 1)
      const { s, both, under } = partsOf(bin, xi)
      const over = mul(bin.h, add(mul(s, square(xi)), mul(bin.d, both)))
      return inBox(x, add(bin.y, div(over, under)), logDerivativeOf(bin, xi))
    },
    inverse(y, p) {
      const at = clamp(y, -box, box)
      const bin = binOf(at, p, 'y')
      const xi = solve(bin, sub(at, bin.y))
      return inBox(y, add(bin.x, mul(xi, bin.w)), neg(logDerivativeOf(bin, xi)))
    },
  })
}

function partsOf({ w, h, d, e }: Bin, xi: Tensor) {
  const s = div(h, w)
  const both = mul(xi, sub(1, xi))
  return { s, both, under: add(s, mul(sub(add(d, e), mul(s, 2)), both)) }
}

function logDerivativeOf(bin: Bin, xi: Tensor): Tensor {
  const { s, both, under } = partsOf(bin, xi)
  const rest = sub(1, xi)
  const over = add(add(mul(bin.e, square(xi)), mul(mul(s, 2), both)), mul(bin.d, square(rest)))
  return sub(add(log(over), mul(log(s), 2)), mul(log(under), 2))
}

/** ξ of the height above the bin's lower end: the root of a quadratic, in the form that does not cancel. */
function solve({ w, h, d, e }: Bin, above: Tensor): Tensor {
  const s = div(h, w)
  const bend = mul(above, sub(add(d, e), mul(s, 2)))
  const a = add(mul(h, sub(s, d)), bend)
  const b = sub(mul(h, d), bend)
  const c = neg(mul(s, above))
  const root = sqrt(max(sub(square(b), mul(mul(a, c), 4)), 0))
  return clamp(div(mul(c, -2), add(b, root)), 0, 1)
}

/** Row j of column k is 1 where j < k: sums of what lies before. */
function triangle(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => Number(Math.floor(i / size) < i % size))
}

/** From "at or above edge k" to "in bin k": what holds for k and not for k + 1. */
function difference(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => {
    const [row, column] = [Math.floor(i / size), i % size]
    return row === column ? 1 : row === column + 1 ? -1 : 0
  })
}

/** Nothing along all axes but the last. */
const along = ({ shape }: Tensor, last: number): number[] =>
  shape.map((_, axis) => (axis === shape.length - 1 ? last : 0))
