/** Places between the points of a grid: which points surround them, and how much each counts. */

/** Points of an axis and their weights, which add up to 1. */
export interface Between {
  readonly indices: readonly number[]
  readonly weights: readonly number[]
}

/**
 * Linear interpolation on an axis whose coordinates rise or fall; undefined outside it. A thousandth of a cell is rounding.
 *
 * @param axis coordinates of the points
 */
export function between(axis: ArrayLike<number>, at: number): Between | undefined {
  const last = axis.length - 1
  if (last === 0) return Math.abs(at - axis[0]!) < 1e-6 ? { indices: [0], weights: [1] } : undefined
  const rising = axis[last]! > axis[0]!
  for (let i = 0; i < last; i++) {
    const [from, to] = [axis[i]!, axis[i + 1]!]
    const share = (at - from) / (to - from)
    const low = i === 0 ? -1e-3 : 0
    const high = i === last - 1 ? 1 + 1e-3 : 1
    if (!(share >= low && share <= high) || rising !== to > from) continue
    const clipped = Math.min(1, Math.max(0, share))
    if (clipped === 0) return { indices: [i], weights: [1] }
    return clipped === 1 ? { indices: [i + 1], weights: [1] } : { indices: [i, i + 1], weights: [1 - clipped, clipped] }
  }
  return undefined
}

/** The same for longitudes, which are the same 360 degrees on. */
export function betweenLongitudes(axis: ArrayLike<number>, at: number): Between | undefined {
  for (const turn of [0, -360, 360]) {
    const found = between(axis, at + turn)
    if (found) return found
  }
  return undefined
}

/** Products of the points and weights of several axes: flat indices of an array of these strides. */
export function corners(axes: readonly (readonly [place: Between, stride: number])[]): {
  readonly indices: Int32Array
  readonly weights: Float64Array
} {
  let all: readonly (readonly [index: number, weight: number])[] = [[0, 1]]
  for (const [{ indices, weights }, stride] of axes) {
    all = all.flatMap(([index, weight]) =>
      indices.map((point, k) => [index + point * stride, weight * weights[k]!] as const),
    )
  }
  return {
    indices: Int32Array.from(all, ([index]) => index),
    weights: Float64Array.from(all, ([, weight]) => weight),
  }
}
