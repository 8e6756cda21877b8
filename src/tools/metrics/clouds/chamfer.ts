/** The Chamfer distance of two sets of points: how far each point is from the nearest of the other set. */
import { TweedieError } from '../../../errors.ts'

/** Distances of two sets, from the nearest neighbours of their points. */
export interface Chamfer {
  /** `mean_x min_y |x − y|² + mean_y min_x |x − y|²`: that of PointFlow and LION. */
  readonly squared: number
  /** `mean_x min_y |x − y| + mean_y min_x |x − y|`. */
  readonly plain: number
  /** The larger of the two means of the plain one: no more than the earth mover's distance. */
  readonly bound: number
}

/**
 * The Chamfer distance of `a [n, d]` and `b [m, d]`. Fan, Su & Guibas, A Point Set Generation Network (2017). The order of points means nothing,
 * and the sets may have different numbers of them. There are two forms of it in use, of squared distances and of plain ones.
 *
 * @throws TweedieError `shape` for an empty set, or coordinates that are no whole points
 * @example
 * chamfer([0, 0, 1, 0], [0, 0], 2) // { squared: 0.5, plain: 0.5, bound: 0.5 }
 */
export function chamfer(a: ArrayLike<number>, b: ArrayLike<number>, d: number): Chamfer {
  const [n, m] = [requirePoints(a, d), requirePoints(b, d)]
  const least = new Float64Array(m).fill(Infinity)
  let [square, plain] = [0, 0]
  for (let i = 0; i < n; i++) {
    const nearest = d === 3 ? nearestInSpace(a, i, b, least) : nearestOf(a, i, b, d, least)
    square += nearest
    plain += Math.sqrt(nearest)
  }
  let [backSquare, backPlain] = [0, 0]
  for (const each of least) {
    backSquare += each
    backPlain += Math.sqrt(each)
  }
  const [forth, back] = [plain / n, backPlain / m]
  return { squared: square / n + backSquare / m, plain: forth + back, bound: Math.max(forth, back) }
}

/** The squared distance from point i of `a` to the nearest of `b`; `least` becomes the least so far of each point of `b`. */
function nearestInSpace(a: ArrayLike<number>, i: number, b: ArrayLike<number>, least: Float64Array): number {
  const x = a[3 * i]!
  const y = a[3 * i + 1]!
  const z = a[3 * i + 2]!
  let nearest = Infinity
  for (let j = 0, at = 0; j < least.length; j++, at += 3) {
    const u = x - b[at]!
    const v = y - b[at + 1]!
    const w = z - b[at + 2]!
    const square = u * u + v * v + w * w
    if (square < nearest) nearest = square
    if (square < least[j]!) least[j] = square
  }
  return nearest
}

function nearestOf(a: ArrayLike<number>, i: number, b: ArrayLike<number>, d: number, least: Float64Array): number {
  let nearest = Infinity
  for (let j = 0; j < least.length; j++) {
    let square = 0
    for (let axis = 0; axis < d; axis++) square += (a[i * d + axis]! - b[j * d + axis]!) ** 2
    if (square < nearest) nearest = square
    if (square < least[j]!) least[j] = square
  }
  return nearest
}

/** How many points these coordinates are. @throws TweedieError `shape` */
export function requirePoints(points: ArrayLike<number>, d: number): number {
  const count = points.length / d
  if (Number.isInteger(count) && count > 0) return count
  throw new TweedieError('shape', `${points.length} coordinates are no whole points of ${d}, at least one`)
}
