/** Solids as clouds: points on the surfaces of spheres, boxes, cones, …, of any proportions and any pose, labelled by their kind. */
import { fold, integers, type Key, uniform } from '../../../engine/random/index.ts'
import { cloudDataset } from '../clouds/cloud-dataset.ts'
import { randomRotation, rotate } from '../clouds/rotation.ts'
import type { ArrayDataset } from '../dataset.ts'
import { type Solid, solids } from './solid-surfaces.ts'

/** Points of a cloud, unless told otherwise. */
export const usualPoints = 256

const classNames = Object.freeze(Object.keys(solids) as (keyof typeof solids)[])

/**
 * Draws `length` clouds. Cloud i depends on (key, i) only, and a cloud of more points begins with that of fewer. Each solid is centred, and fits into the ball of radius 1.
 * Its points are independent and uniform over its surface.
 */
export function solidsDataset(length: number, key: Key, points = usualPoints): ArrayDataset {
  const data = new Float32Array(length * points * 3)
  const labels = integers(fold(key, 'solid'), length, 0, classNames.length)
  for (let i = 0; i < length; i++) {
    drawSolid(solids[classNames[labels[i]!]!], fold(key, i), data.subarray(i * points * 3, (i + 1) * points * 3))
  }
  return cloudDataset({ name: 'solids', points, coordinates: 3, data, labels, classNames })
}

/** Points on one solid, `[points, 3]`. */
function drawSolid(solid: Solid, key: Key, out: Float32Array): void {
  const { reach, at } = solid(uniform(fold(key, 'proportions'), new Float64Array(2)))
  const u = uniform(fold(key, 'surface'), new Float64Array(out.length))
  for (let i = 0; i < out.length; i += 3) {
    const point = at(u[i]!, u[i + 1]!, u[i + 2]!)
    for (let axis = 0; axis < 3; axis++) out[i + axis] = point[axis]! / reach
  }
  rotate(out, randomRotation(fold(key, 'pose')))
}
