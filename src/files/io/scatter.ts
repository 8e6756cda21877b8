/** Points in the plane as pictures: a density plot to save, and braille dots for the terminal. */
import { TweedieError } from '../../errors.ts'
import { type Raster, blank } from './raster.ts'

/** The part of the plane that is shown: `[xMin, xMax, yMin, yMax]`. */
export type Extent = readonly [number, number, number, number]

/**
 * The square around all finite points, a twentieth larger on each side.
 *
 * @param points `[N, 2]`
 */
export function extentOf(points: ArrayLike<number>): Extent {
  const low = [Infinity, Infinity]
  const high = [-Infinity, -Infinity]
  for (let i = 0; i + 1 < points.length; i += 2) {
    if (!Number.isFinite(points[i]! + points[i + 1]!)) continue
    for (const axis of [0, 1]) {
      low[axis] = Math.min(low[axis]!, points[i + axis]!)
      high[axis] = Math.max(high[axis]!, points[i + axis]!)
    }
  }
  if (low[0] === Infinity) return [-1, 1, -1, 1]
  const half = 0.55 * Math.max(high[0]! - low[0]!, high[1]! - low[1]!) || 1
  const [x, y] = [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2]
  return [x - half, x + half, y - half, y + half]
}

/**
 * A density plot: dark where many points fall into a pixel, white where none does. Every point spreads over its four
 * nearest pixels by distance; darkness grows as the root of the density, so that rare points remain visible.
 *
 * @param points `[N, 2]`; points that are not finite or lie outside are left out
 * @param options `size`: width and height in pixels; `extent`: what is shown (default {@link extentOf})
 */
export function scatterRaster(
  points: ArrayLike<number>,
  options: { size?: number; extent?: Extent | undefined } = {},
): Raster {
  const { size = 512, extent = extentOf(points) } = options
  const density = new Float64Array(size * size)
  eachPoint(points, extent, size, size, (x, y) => {
    const [column, row] = [Math.floor(x - 0.5), Math.floor(y - 0.5)]
    const [right, below] = [x - 0.5 - column, y - 0.5 - row]
    for (const [dx, dy, weight] of [
      [0, 0, (1 - right) * (1 - below)],
      [1, 0, right * (1 - below)],
      [0, 1, (1 - right) * below],
      [1, 1, right * below],
    ] as const) {
      const [u, v] = [column + dx, row + dy]
      if (u >= 0 && u < size && v >= 0 && v < size) density[v * size + u]! += weight
    }
  })
  // The scale is a high quantile of the pixels that have points: one pile of equal points must not hide the others.
  const positive = density.filter((value) => value > 0).sort()
  const full = Math.max(1, positive[Math.floor(0.99 * positive.length)] ?? 1)
  const raster = blank(size, size)
  for (const [i, value] of density.entries()) {
    const ink = Math.sqrt(Math.min(1, value / full))
    raster.data.set([255 - 230 * ink, 255 - 180 * ink, 255 - 105 * ink], 3 * i)
  }
  return raster
}

/**
 * Points as braille, 2 × 4 dots a character: text for any terminal that has Unicode.
 *
 * @param points `[N, 2]`
 * @param options `columns`: characters in a line; the picture is square in dots; `extent` as in {@link scatterRaster}
 */
export function scatterBraille(
  points: ArrayLike<number>,
  options: { columns?: number; extent?: Extent | undefined } = {},
): string {
  const { columns = 40, extent = extentOf(points) } = options
  const rows = Math.ceil(columns / 2)
  const cells = new Uint8Array(columns * rows)
  eachPoint(points, extent, 2 * columns, 4 * rows, (x, y) => {
    const [column, row] = [Math.floor(x), Math.floor(y)]
    cells[(row >> 2) * columns + (column >> 1)]! |= brailleDots[row & 3]![column & 1]!
  })
  const line = (row: number): string =>
    Array.from(cells.subarray(row * columns, (row + 1) * columns), (dots) => String.fromCodePoint(0x2800 + dots)).join(
      '',
    )
  return Array.from({ length: rows }, (_, row) => line(row)).join('\n')
}

/** The bit of each dot of a braille character, by row and column. */
const brailleDots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const

/** Visits the points inside the extent, in pixels from the top left corner: x < width, y < height. */
function eachPoint(
  points: ArrayLike<number>,
  [xMin, xMax, yMin, yMax]: Extent,
  width: number,
  height: number,
  visit: (x: number, y: number) => void,
): void {
  if (points.length % 2 !== 0) {
    throw new TweedieError('shape', `${points.length} numbers are not points [N, 2]`)
  }
  for (let i = 0; i < points.length; i += 2) {
    const x = ((points[i]! - xMin) / (xMax - xMin)) * width
    const y = ((yMax - points[i + 1]!) / (yMax - yMin)) * height
    if (x >= 0 && x < width && y >= 0 && y < height) visit(x, y)
  }
}
