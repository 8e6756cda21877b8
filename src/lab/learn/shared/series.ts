/** Rows of numbers that figures are made of. */

/** `count` numbers from `from` to `to`, both among them. */
export function evenly(from: number, to: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => (count === 1 ? from : from + ((to - from) * i) / (count - 1)))
}

/** The whole numbers 0 … `count` − 1. */
export function whole(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i)
}

/** A part of the plane. */
export interface Extent {
  readonly x: readonly [min: number, max: number]
  readonly y: readonly [min: number, max: number]
}

/** The centres of `columns` × `rows` cells, row by row from the top, `[rows · columns, 2]`: the order of a mark `heat`. */
export function lattice({ x, y }: Extent, columns: number, rows = columns): Float64Array {
  const points = new Float64Array(2 * columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = 2 * (row * columns + column)
      points[at] = x[0] + ((column + 0.5) / columns) * (x[1] - x[0])
      points[at + 1] = y[1] - ((row + 0.5) / rows) * (y[1] - y[0])
    }
  }
  return points
}

/** A histogram as a density: the centres and heights of `count` bars between `from` and `to`. */
export function histogram(
  values: ArrayLike<number>,
  from: number,
  to: number,
  count: number,
): { readonly x: Float64Array; readonly y: Float64Array; readonly width: number } {
  const width = (to - from) / count
  const y = new Float64Array(count)
  for (let i = 0; i < values.length; i++) {
    const bin = Math.floor((values[i]! - from) / width)
    if (bin >= 0 && bin < count) y[bin]! += 1 / (values.length * width)
  }
  return { x: Float64Array.from({ length: count }, (_, i) => from + (i + 0.5) * width), y, width }
}

/** Every `stride`-th number from `first` on: a coordinate of points `[N, stride]`. */
export function coordinate(points: ArrayLike<number>, first: number, stride = 2): Float64Array {
  return Float64Array.from({ length: points.length / stride }, (_, i) => points[stride * i + first]!)
}

export const sumOf = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}

export const meanOf = (values: ArrayLike<number>): number => sumOf(values) / values.length

/** The standard deviation of all values. */
export function deviationOf(values: ArrayLike<number>): number {
  const mean = meanOf(values)
  return Math.sqrt(meanOf(Array.from(values, (value) => (value - mean) ** 2)))
}

/** log N(x; mean, variance). */
export function logNormal(x: number, mean = 0, variance = 1): number {
  return -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance))
}

/** N(x; mean, variance) at each of these numbers. */
export function normalCurve(x: ArrayLike<number>, mean = 0, variance = 1): Float64Array {
  return Float64Array.from(x, (each) => Math.exp(logNormal(each, mean, variance)))
}

/** Lets what waits run: figures that take long call it between their parts. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}

/** A number for people: `digits` places, no negative zero. */
export function shown(value: number, digits = 2): string {
  const text = value.toFixed(digits)
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−')
}

/** A share as whole per cent. */
export const percent = (share: number): string => `${shown(100 * share, 0)} %`
