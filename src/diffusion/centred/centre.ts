/**
 * Points without a place: positions of n points in d dimensions whose mean is zero, a subspace of (n − 1) · d dimensions. Noise,
 * data and predictions live in it, so that nothing depends on where the points are.
 *
 * - Equivariant Diffusion for Molecule Generation in 3D (Hoogeboom et al., 2022), section 3, https://arxiv.org/abs/2203.17003
 * - GeoDiff (Xu et al., 2022), section 4, https://arxiv.org/abs/2203.02923
 */
import { TweedieError } from '../../errors.ts'
import type { FloatArray } from '../../engine/random/index.ts'

/** The room for the points of an item, `[places, axes]`; points come first, and empty places behind them are zero. */
export interface PointRoom {
  readonly places: number
  /** Dimensions of space; default 3. */
  readonly axes?: number | undefined
}

/** The number of points of an item: one for all, or by the item. */
export type PointCount = number | ((item: number) => number)

/** Dimensions of the subspace, (n − 1) · axes. */
export function centredDimensions(points: number, axes = 3): number {
  return Math.max(0, points - 1) * axes
}

/**
 * Moves the points of each item so that their mean is zero, and empties the places behind them, in place: the orthogonal projection
 * onto the subspace.
 *
 * @param x `[items, places, axes]`
 * @throws TweedieError `shape` for an array that is no whole number of items, or more points than places
 * @example
 * const x = centre(Float32Array.of(0, 0, 0, 2, 0, 0), { places: 2 }, 2) // −1, 0, 0, 1, 0, 0
 */
export function centre<X extends FloatArray>(x: X, { places, axes = 3 }: PointRoom, points: PointCount = places): X {
  const size = places * axes
  if (x.length % size !== 0) {
    throw new TweedieError('shape', `${x.length} numbers are no whole number of items of [${places}, ${axes}]`)
  }
  for (let item = 0; item * size < x.length; item++) {
    const count = typeof points === 'number' ? points : points(item)
    if (!(Number.isInteger(count) && count >= 1 && count <= places)) {
      throw new TweedieError('shape', `an item of ${count} points, where there is room for 1 to ${places}`)
    }
    const own = x.subarray(item * size, (item + 1) * size)
    for (let axis = 0; axis < axes; axis++) {
      let sum = 0
      for (let i = axis; i < count * axes; i += axes) sum += own[i]!
      for (let i = axis; i < count * axes; i += axes) own[i]! -= sum / count
    }
    own.fill(0, count * axes)
  }
  return x
}
