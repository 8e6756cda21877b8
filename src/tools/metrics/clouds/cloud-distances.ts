/** Distances of many clouds, each computed once. */
import { chamfer } from './chamfer.ts'
import { earthMover } from './earth-mover.ts'
import type { ItemDistances } from './set-scores.ts'

/** Both distances of all pairs of clouds. */
export interface CloudDistances {
  /** Squared Chamfer distances. */
  readonly chamfer: ItemDistances
  /** Earth mover's distances, bounded from below by the nearest neighbours of points. */
  readonly earthMover: ItemDistances
}

/**
 * Distances of clouds `[count, n, d]`.
 *
 * @param onRow is told how many rows of the table of pairs are done
 */
export function cloudDistances(
  clouds: Float32Array,
  [n, d]: readonly [number, number],
  onRow?: (done: number, total: number) => void,
): CloudDistances {
  const count = clouds.length / (n * d)
  const cloud = (i: number): Float32Array => clouds.subarray(i * n * d, (i + 1) * n * d)
  const [squared, bounds, moved] = [0, 0, 0].map(() => new Float64Array(count * count)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  moved.fill(NaN)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < i; j++) {
      const found = chamfer(cloud(i), cloud(j), d)
      squared[i * count + j] = squared[j * count + i] = found.squared
      bounds[i * count + j] = bounds[j * count + i] = found.bound
    }
    onRow?.(i + 1, count)
  }
  const from =
    (table: Float64Array) =>
    (i: number, j: number): number =>
      table[i * count + j]!
  return {
    chamfer: { count, bound: from(squared), distance: from(squared) },
    earthMover: {
      count,
      bound: from(bounds),
      distance(i, j, limit) {
        const known = moved[i * count + j]!
        if (!Number.isNaN(known)) return known
        const found = earthMover(cloud(i), cloud(j), d, limit)
        // one that was given up is a better bound from now on
        if (found <= limit) moved[i * count + j] = moved[j * count + i] = found
        else bounds[i * count + j] = bounds[j * count + i] = Math.max(found, bounds[i * count + j]!)
        return found
      },
    },
  }
}
