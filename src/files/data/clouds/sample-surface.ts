/** Points on the surface of a shape, by area. */
import { TweedieError } from '../../../errors.ts'
import { type Key, uniform } from '../../../engine/random/index.ts'
import type { Mesh } from '../formats/mesh/mesh.ts'

/**
 * Independent points, uniform over all triangles `[count, 3]`.
 *
 * @throws TweedieError `data` for triangles without area
 */
export function sampleSurface(
  { points, triangles }: Pick<Mesh, 'points' | 'triangles'>,
  count: number,
  key: Key,
): Float64Array {
  const sums = new Float64Array(triangles.length / 3)
  let total = 0
  for (let t = 0; t < sums.length; t++) {
    sums[t] = total += areaOf(points, triangles, t)
  }
  if (!(total > 0) || !Number.isFinite(total)) throw new TweedieError('data', 'its triangles have no area')
  const u = uniform(key, new Float64Array(3 * count))
  const out = new Float64Array(3 * count)
  for (let i = 0; i < count; i++) {
    const t = firstAbove(sums, u[3 * i]! * total)
    let [s, v] = [u[3 * i + 1]!, u[3 * i + 2]!]
    if (s + v > 1) [s, v] = [1 - s, 1 - v]
    for (let axis = 0; axis < 3; axis++) {
      const [a, b, c] = [0, 1, 2].map((corner) => points[3 * triangles[3 * t + corner]! + axis]!) as [
        number,
        number,
        number,
      ]
      out[3 * i + axis] = a + s * (b - a) + v * (c - a)
    }
  }
  return out
}

function areaOf(points: Float64Array, triangles: Uint32Array, t: number): number {
  const at = (corner: number, axis: number): number => points[3 * triangles[3 * t + corner]! + axis]!
  const [p, q] = [1, 2].map((corner) => [0, 1, 2].map((axis) => at(corner, axis) - at(0, axis))) as [number[], number[]]
  return Math.hypot(p[1]! * q[2]! - p[2]! * q[1]!, p[2]! * q[0]! - p[0]! * q[2]!, p[0]! * q[1]! - p[1]! * q[0]!) / 2
}

/** The first place of rising numbers with more than this. */
export function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle]! > value) high = middle
    else low = middle + 1
  }
  return low
}
