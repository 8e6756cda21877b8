/**
 * The rational-quadratic function of one bin, of width w, height h, slope s = h/w and derivatives d, d′ at its ends, with
 * ξ = (x − x_k)/w:
 *
 *     y = y_k + h (s ξ² + d ξ(1−ξ)) / (s + (d + d′ − 2s) ξ(1−ξ))
 *     dy/dx = s² (d′ ξ² + 2s ξ(1−ξ) + d (1−ξ)²) / (s + (d + d′ − 2s) ξ(1−ξ))²
 *
 * Gregory & Delbourgo (1982); Durkan et al., Neural Spline Flows (2019), equations 4, 5, and 6–8 for the inverse.
 */
import {
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
  slice,
  sqrt,
  square,
  sub,
  sum,
} from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { MappedElements } from './element-transform.ts'

/** All bins: widths and heights `[..., K]`, derivatives at the K + 1 knots, and where the first bin begins, in x and in y. */
export interface Knots {
  readonly w: Tensor
  readonly h: Tensor
  readonly d: Tensor
  readonly begin: number
}

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

/** y of x within the bins, and log dy/dx. */
export function rationalQuadratic(x: Tensor, knots: Knots): MappedElements {
  const bin = binOf(x, knots, 'x')
  const xi = clamp(div(sub(x, bin.x), bin.w), 0, 1)
  const { s, both, under } = partsOf(bin, xi)
  const over = mul(bin.h, add(mul(s, square(xi)), mul(bin.d, both)))
  return { y: add(bin.y, div(over, under)), logDerivative: logDerivativeOf(bin, xi) }
}

/** x of y within the bins, and log dx/dy. */
export function inverseRationalQuadratic(y: Tensor, knots: Knots): MappedElements {
  const bin = binOf(y, knots, 'y')
  const xi = solve(bin, sub(y, bin.y))
  return { y: add(bin.x, mul(xi, bin.w)), logDerivative: neg(logDerivativeOf(bin, xi)) }
}

/**
 * The bin in which each number lies, among edges of x, or of y on the way back: what holds for edge k, and not for edge k + 1, is
 * one where k is the bin, and sums with it pick what lies there.
 */
function binOf(at: Tensor, { w, h, d, begin }: Knots, way: 'x' | 'y'): Bin {
  const bins = w.shape.at(-1)!
  const edges = (sizes: Tensor): Tensor => add(matmul(sizes, constant(triangle(bins), [bins, bins])), begin)
  const [x, y] = [edges(w), edges(h)]
  const above = cast(lessEqual(way === 'x' ? x : y, expandDims(at, -1)), 'float32')
  const chosen = matmul(above, constant(difference(bins), [bins, bins]))
  const pick = (values: Tensor): Tensor => sum(mul(values, chosen), -1)
  return { x: pick(x), y: pick(y), w: pick(w), h: pick(h), d: pick(slice(d, -1, 0, bins)), e: pick(slice(d, -1, 1)) }
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
