/** Outlines of figures as signed distances: what they cover of a pixel follows from them. */
import { cosTurns, sinTurns } from '../../../engine/random/index.ts'

/** Signed distance from the outline of a figure of unit size, negative inside. */
export type Outline = (x: number, y: number) => number

/** Figures by their names. */
export const outlines = Object.freeze({
  circle: (x, y) => Math.sqrt(x * x + y * y) - 0.9,
  square: polygon([-0.75, -0.75, 0.75, -0.75, 0.75, 0.75, -0.75, 0.75]),
  triangle: polygon(regular(3, 1, 1)),
  star: polygon(regular(10, 1, 0.42)),
  ring: (x, y) => Math.abs(Math.sqrt(x * x + y * y) - 0.72) - 0.2,
  cross: polygon(cross(0.95, 0.28)),
}) satisfies Readonly<Record<string, Outline>>

/** The corners of a regular polygon, x and y by turns, with every other corner at another radius: a star. */
function regular(corners: number, outer: number, inner: number): number[] {
  return Array.from({ length: corners }, (_, i) => i).flatMap((i) => {
    const radius = i % 2 === 0 ? outer : inner
    return [radius * sinTurns(i / corners), -radius * cosTurns(i / corners)]
  })
}

/** The twelve corners of a cross whose arms reach `a` and are 2 · `b` wide. */
function cross(a: number, b: number): number[] {
  return [-b, -a, b, -a, b, -b, a, -b, a, b, b, b, b, a, -b, a, -b, b, -a, b, -a, -b, -b, -b]
}

/** Exact signed distance from a polygon: the nearest edge, and the parity of the edges crossed for the sign. */
function polygon(corners: readonly number[]): Outline {
  const n = corners.length
  return (x, y) => {
    let nearest = Infinity
    let inside = false
    for (let i = 0; i < n; i += 2) {
      const ax = corners[i]!
      const ay = corners[i + 1]!
      const by = corners[(i + 3) % n]!
      const ex = corners[(i + 2) % n]! - ax
      const ey = by - ay
      const along = clamp(((x - ax) * ex + (y - ay) * ey) / (ex * ex + ey * ey))
      const dx = x - ax - along * ex
      const dy = y - ay - along * ey
      nearest = Math.min(nearest, dx * dx + dy * dy)
      if (ay > y !== by > y && x < ax + ((y - ay) / ey) * ex) inside = !inside
    }
    return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest)
  }
}

/** Into 0 … 1. */
export function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
