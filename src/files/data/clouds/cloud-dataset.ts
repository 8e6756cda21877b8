/** Sets of points as a data set. */
import { TweedieError } from '../../../errors.ts'
import { type Affine, type ArrayDataset, createDataset } from '../dataset.ts'

/** The parts of a data set of clouds. */
export interface CloudParts extends Omit<ArrayDataset, 'kind' | 'shape' | 'length' | 'range' | 'affine' | 'data'> {
  /** `[items, points, coordinates]`. */
  readonly data: Float32Array
  readonly points: number
  readonly coordinates: number
}

/**
 * Clouds, in their own units. The network sees them around the mean of all points and in units of one scale, the standard deviation of
 * all coordinates around it: one for all axes, so that shapes keep their proportions. Yang et al., PointFlow (2019).
 *
 * @throws TweedieError `data` for no items, values that are not finite, or clouds of fewer than two points
 */
export function cloudDataset({ data, points, coordinates, ...rest }: CloudParts): ArrayDataset {
  if (points < 2) {
    throw new TweedieError('data', `${rest.name}: clouds of ${points} point${points === 1 ? '' : 's'}: at least 2`)
  }
  const affine = cloudAffine(data, coordinates)
  return createDataset({ ...rest, kind: 'cloud', shape: [points, coordinates], data, affine })
}

/** The mean of each column, and one standard deviation for all: the root of the mean squared distance by axis. */
export function cloudAffine(data: Float32Array, columns: number): Affine {
  const rows = data.length / columns
  const shift = Array.from({ length: columns }, () => 0)
  data.forEach((value, i) => (shift[i % columns]! += value / rows))
  let square = 0
  data.forEach((value, i) => (square += (value - shift[i % columns]!) ** 2 / data.length))
  const scale = Math.sqrt(square) || 1
  return { shift, scale: shift.map(() => scale) }
}
