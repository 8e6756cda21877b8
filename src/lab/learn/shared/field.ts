/** The plane of points, for plots without ticks. */
import type { Axis } from '../figure.ts'
import { shades } from './grid.ts'
import { type Extent, lattice } from './series.ts'

export const square = (reach: number): Extent => ({ x: [-reach, reach], y: [-reach, reach] })

/** Axes of a plane. */
export function planeAxes({ x, y }: Extent): { readonly x: Axis; readonly y: Axis; readonly equal: true } {
  return {
    x: { label: 'x₁', min: x[0], max: x[1], bare: true },
    y: { label: 'x₂', min: y[0], max: y[1], bare: true },
    equal: true,
  }
}

/** A density on a lattice as a mark; the root of it, so that thin tails are seen. */
export function heatOf(logDensity: (points: Float64Array) => ArrayLike<number>, extent: Extent, cells = 56) {
  const values = shades(Float64Array.from(logDensity(lattice(extent, cells))))
  return { kind: 'heat', values, columns: cells, rows: cells, range: [0, 1] as const, palette: 'density' } as const
}

/** The line of all x with a · x = value, as far as the extent reaches. */
export function levelLine([a, b]: readonly [number, number], value: number, { x: [low, high] }: Extent) {
  const norm = Math.hypot(a, b)
  const reach = 2 * (high - low)
  const [px, py] = [(a * value) / norm ** 2, (b * value) / norm ** 2]
  return {
    x: [px - (reach * b) / norm, px + (reach * b) / norm],
    y: [py + (reach * a) / norm, py - (reach * a) / norm],
  }
}
