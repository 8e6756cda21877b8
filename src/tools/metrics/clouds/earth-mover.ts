/** The earth mover's distance of two sets of as many points. */
import { TweedieError } from '../../../errors.ts'
import { assign } from './assignment.ts'
import { requirePoints } from './chamfer.ts'

/**
 * `min_φ 1/n Σ |x − φ(x)|` over all one-to-one maps φ from `a [n, d]` to `b [n, d]`: the mean way, of plain distances, that points go if one set is moved
 * onto the other with the least work. It is exact, not the approximation by auctions or by Sinkhorn's iterations that papers often report.
 *
 * @param limit what is not worth knowing above: a larger distance may come back smaller than it is, yet above the limit
 * @throws TweedieError `shape` for sets of different numbers of points
 * @example
 * earthMover([0, 0, 1, 0], [1, 0, 0, 0], 2) // 0: the same set
 */
export function earthMover(a: ArrayLike<number>, b: ArrayLike<number>, d: number, limit = Infinity): number {
  const [n, m] = [requirePoints(a, d), requirePoints(b, d)]
  if (n !== m) throw new TweedieError('shape', `${n} and ${m} points: the earth mover's distance needs as many`)
  const costs = new Float64Array(n * n)
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < n; j++, at++) {
      let square = 0
      for (let axis = 0; axis < d; axis++) square += (a[i * d + axis]! - b[j * d + axis]!) ** 2
      costs[at] = Math.sqrt(square)
    }
  }
  return assign(costs, n, limit * n).cost / n
}
