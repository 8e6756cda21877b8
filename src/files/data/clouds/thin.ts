/** Fewer points of a set. */
import { integers, type Key, permutation } from '../../../engine/random/index.ts'

/** So many points of `[n, d]`, drawn at random without repetition, in random order. */
export function thinAtRandom(points: Float64Array, d: number, count: number, key: Key): Float64Array {
  return chosen(points, d, permutation(key, points.length / d).subarray(0, count))
}

/**
 * So many points that lie far from each other: a first one at random, then always the one that is farthest from those before. Gonzalez, Clustering to minimize the
 * maximum intercluster distance (1985).
 */
export function thinEvenly(points: Float64Array, d: number, count: number, key: Key): Float64Array {
  const n = points.length / d
  const distances = new Float64Array(n).fill(Infinity)
  const order = new Uint32Array(count)
  let next = integers(key, 1, 0, n)[0]!
  for (let k = 0; k < count; k++) {
    order[k] = next
    const last = next
    let most = -1
    for (let i = 0; i < n; i++) {
      let square = 0
      for (let axis = 0; axis < d; axis++) square += (points[i * d + axis]! - points[last * d + axis]!) ** 2
      if (square < distances[i]!) distances[i] = square
      if (distances[i]! > most) {
        most = distances[i]!
        next = i
      }
    }
  }
  return chosen(points, d, order)
}

function chosen(points: Float64Array, d: number, order: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: order.length * d }, (_, i) => points[order[Math.floor(i / d)]! * d + (i % d)]!)
}
