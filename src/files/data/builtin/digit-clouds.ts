/** Digits as sets of points in the plane: points where the ink of the built-in `glyphs` is. */
import { fold, type Key, uniform } from '../../../engine/random/index.ts'
import { cloudDataset } from '../clouds/cloud-dataset.ts'
import { firstAbove } from '../clouds/sample-surface.ts'
import type { ArrayDataset } from '../dataset.ts'
import { glyphsDataset } from './glyphs.ts'

const side = 28

/** Points of a cloud, unless told otherwise. */
const usualPoints = 128

/**
 * Draws `length` clouds `[points, 2]`: points are independent, and as dense as the ink is dark, uniform within a pixel. y points up, and 28 pixels
 * are the length 2. Cloud i depends on (key, i) only.
 */
export function digitCloudsDataset(length: number, key: Key, points = usualPoints): ArrayDataset {
  const { data: images, labels, classNames } = glyphsDataset(length, key)
  const size = side * side
  const data = new Float32Array(length * points * 2)
  const sums = new Float64Array(size)
  for (let i = 0; i < length; i++) {
    let total = 0
    for (let p = 0; p < size; p++) sums[p] = total += images[i * size + p]!
    const u = uniform(fold(key, 'points', i), new Float64Array(3 * points))
    for (let j = 0; j < points; j++) {
      const pixel = firstAbove(sums, u[3 * j]! * total)
      const at = 2 * (i * points + j)
      data[at] = (2 * ((pixel % side) + u[3 * j + 1]!)) / side - 1
      data[at + 1] = 1 - (2 * (Math.floor(pixel / side) + u[3 * j + 2]!)) / side
    }
  }
  return cloudDataset({ name: 'digit-clouds', points, coordinates: 2, data, labels, classNames })
}
