/** Rows of numbers that figures are made of. */
import { average, normalDensity, spaced, varianceOf } from './curve.ts'
import { column, histogram as heights, lattice as cells, middles } from './grid.ts'

/** `count` numbers from `from` to `to`, both among them. */
export function evenly(from: number, to: number, count: number): Float64Array {
  return count === 1 ? Float64Array.of(from) : spaced(from, to, count)
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
  return cells([...x, ...y], columns, rows)
}

/** A histogram as a density: the centres and heights of `count` bars between `from` and `to`. */
export function histogram(
  values: ArrayLike<number>,
  from: number,
  to: number,
  count: number,
): { readonly x: Float64Array; readonly y: readonly number[]; readonly width: number } {
  return { x: middles(from, to, count), y: heights(values, from, to, count), width: (to - from) / count }
}

/** Every `stride`-th number from `first` on: a coordinate of points `[N, stride]`. */
export function coordinate(points: ArrayLike<number>, first: number, stride = 2): Float64Array {
  return column(points, first, stride)
}

export const sumOf = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}

export const meanOf = average

/** The standard deviation of all values. */
export const deviationOf = (values: ArrayLike<number>): number => Math.sqrt(varianceOf(values))

/** log N(x; mean, variance). */
export function logNormal(x: number, mean = 0, variance = 1): number {
  return -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance))
}

/** N(x; mean, variance) at each of these numbers. */
export function normalCurve(x: ArrayLike<number>, mean = 0, variance = 1): Float64Array {
  return Float64Array.from(x, (each) => normalDensity(each, mean, variance))
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
