/** Rotations of space. */
import { type Key, normal } from '../../../engine/random/index.ts'

/** A matrix `[3, 3]`, row by row. */
export type Rotation = readonly number[]

/** A rotation of any axis and angle, uniform over all: of a unit quaternion of four normal numbers. Shoemake (1992). */
export function randomRotation(key: Key): Rotation {
  const q = normal(key, new Float64Array(4))
  const norm = Math.sqrt(q.reduce((sum, each) => sum + each * each, 0))
  const [w, x, y, z] = Array.from(q, (each) => each / norm) as [number, number, number, number]
  return [
    1 - 2 * (y * y + z * z),
    2 * (x * y - w * z),
    2 * (x * z + w * y),
    2 * (x * y + w * z),
    1 - 2 * (x * x + z * z),
    2 * (y * z - w * x),
    2 * (x * z - w * y),
    2 * (y * z + w * x),
    1 - 2 * (x * x + y * y),
  ]
}

/** Turns points `[n, 3]` around the origin, in place. */
export function rotate(points: Float32Array, r: Rotation): Float32Array {
  for (let i = 0; i < points.length; i += 3) {
    const [x, y, z] = [points[i]!, points[i + 1]!, points[i + 2]!]
    for (let axis = 0; axis < 3; axis++) {
      points[i + axis] = r[3 * axis]! * x + r[3 * axis + 1]! * y + r[3 * axis + 2]! * z
    }
  }
  return points
}
