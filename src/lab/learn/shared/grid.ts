/** Functions of the plane on a lattice of points, and histograms of samples on the line. */

/** The part of the plane: `[xMin, xMax, yMin, yMax]`. */
export type Extent = readonly [number, number, number, number]

/** The centres of `columns` × `rows` cells, row by row from the top, `[rows · columns, 2]`. */
export function lattice([xMin, xMax, yMin, yMax]: Extent, columns: number, rows = columns): Float64Array {
  const points = new Float64Array(2 * columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = 2 * (row * columns + column)
      points[at] = xMin + ((column + 0.5) / columns) * (xMax - xMin)
      points[at + 1] = yMax - ((row + 0.5) / rows) * (yMax - yMin)
    }
  }
  return points
}

/** Densities from their logarithms, the greatest 1. The root lets thin tails be seen. */
export function shades(logDensity: Float64Array): Float64Array {
  const top = logDensity.reduce((most, value) => Math.max(most, value), -Infinity)
  return logDensity.map((value) => Math.sqrt(Math.exp(value - top)))
}

/** A histogram as a density: `count` bars between `from` and `to`. */
export function histogram(values: ArrayLike<number>, from: number, to: number, count: number): number[] {
  const heights = Array.from({ length: count }, () => 0)
  const width = (to - from) / count
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor((values[i]! - from) / width)
    if (bin >= 0 && bin < count) heights[bin]! += 1 / (values.length * width)
  }
  return heights
}

/** `[N, 2]` as pairs. */
export function pairs(points: ArrayLike<number>): (readonly [number, number])[] {
  return Array.from({ length: points.length / 2 }, (_, i) => [points[2 * i]!, points[2 * i + 1]!] as const)
}

/** Column `i` of `[N, size]`. */
export function column(points: ArrayLike<number>, i: number, size = 2): Float64Array {
  return Float64Array.from({ length: Math.floor(points.length / size) }, (_, item) => points[item * size + i]!)
}

/** Points of the plane, one after another. */
export function flat(points: readonly (readonly [number, number])[]): Float64Array {
  return Float64Array.from(points.flat())
}

/** The middles of the bars of {@link histogram}. */
export function middles(from: number, to: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => from + ((i + 0.5) * (to - from)) / count)
}
