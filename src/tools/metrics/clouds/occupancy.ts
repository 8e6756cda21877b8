/** Where the points of many clouds lie: shares of the cells of a grid. */
import { TweedieError } from '../../../errors.ts'

/**
 * The Jensen–Shannon divergence, in bits (0 … 1), of where the points of two sets of clouds lie: of their shares in the cells of a grid over both, `cells`
 * along each axis. Achlioptas et al., Learning Representations and Generative Models for 3D Point Clouds (2018). It is blind to single shapes: all clouds are one heap of points.
 *
 * @param a points `[n, d]` @param b points `[m, d]`
 * @throws TweedieError `shape` for an empty set
 */
export function occupancyDivergence(a: ArrayLike<number>, b: ArrayLike<number>, d: number, cells = 16): number {
  const sets = [a, b]
  if (sets.some(({ length }) => length === 0 || length % d !== 0)) {
    throw new TweedieError('shape', `${a.length} and ${b.length} coordinates are no whole points of ${d}, at least one`)
  }
  const low = Array.from({ length: d }, () => Infinity)
  let span = 0
  const high = low.map(() => -Infinity)
  for (const points of sets) {
    for (let i = 0; i < points.length; i++) {
      low[i % d] = Math.min(low[i % d]!, points[i]!)
      high[i % d] = Math.max(high[i % d]!, points[i]!)
    }
  }
  low.forEach((least, axis) => (span = Math.max(span, high[axis]! - least)))
  const shares = sets.map((points) => {
    const counts = new Map<number, number>()
    for (let i = 0; i < points.length; i += d) {
      let cell = 0
      for (let axis = 0; axis < d; axis++) {
        const place = span > 0 ? (points[i + axis]! - low[axis]!) / span : 0
        cell = cell * cells + Math.min(cells - 1, Math.floor(place * cells))
      }
      counts.set(cell, (counts.get(cell) ?? 0) + d / points.length)
    }
    return counts
  })
  const [p, q] = shares as [Map<number, number>, Map<number, number>]
  let bits = 0
  for (const cell of new Set([...p.keys(), ...q.keys()])) {
    const [x, y] = [p.get(cell) ?? 0, q.get(cell) ?? 0]
    const middle = (x + y) / 2
    if (x > 0) bits += (x / 2) * Math.log2(x / middle)
    if (y > 0) bits += (y / 2) * Math.log2(y / middle)
  }
  return Math.max(0, bits)
}
