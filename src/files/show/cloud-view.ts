/** Clouds as a viewer sees them: points projected onto a panel, the far ones first. */

/** From where clouds are seen, in degrees. y is up, as in most files of shapes. */
export interface CloudView {
  /** Around the upright axis. */
  readonly azimuth?: number | undefined
  /** Above the ground. */
  readonly elevation?: number | undefined
  /** Half the side of what is shown, in the units of the points; by default what holds nearly all points of all clouds. */
  readonly reach?: number | undefined
}

/** A point on its panel. */
export interface SeenPoint {
  /** To the right and down, 0 … 1. */
  readonly x: number
  readonly y: number
  /** 0 far, 1 near. */
  readonly near: number
}

/** From above and a little from the side, so that three sides of a box are seen. */
const usual = { azimuth: 35, elevation: 25 } as const

/** The share of points that {@link reachOf} holds: a few that strayed do not make all others small. */
const shownShare = 0.99

/**
 * The points of one cloud `[n, d]`, far ones first. Of three coordinates and more, the first three are space, seen without perspective; of two, the plane
 * itself.
 */
export function seenPoints(
  points: ArrayLike<number>,
  d: number,
  { azimuth = usual.azimuth, elevation = usual.elevation, reach = reachOf(points, d) }: CloudView = {},
): SeenPoint[] {
  const [turn, tilt] = [azimuth, elevation].map((degrees) => (degrees * Math.PI) / 180) as [number, number]
  const [ct, st, ce, se] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)]
  const on = (value: number): number => 0.5 + (0.5 * value) / reach
  const seen = Array.from({ length: points.length / d }, (_, i) => {
    const [x, y, z] = [points[i * d]!, d > 1 ? points[i * d + 1]! : 0, d > 2 ? points[i * d + 2]! : 0]
    if (d < 3) return { x: on(x), y: on(-y), near: 1 }
    const [across, along] = [ct * x - st * z, st * x + ct * z]
    return { x: on(across), y: on(-(ce * y - se * along)), near: clamp(on(se * y + ce * along)) }
  })
  return seen.sort((a, b) => a.near - b.near)
}

/** A distance from the origin that holds nearly all points, and a little more. */
export function reachOf(points: ArrayLike<number>, d: number): number {
  const distances = Float64Array.from({ length: points.length / d }, (_, i) => {
    let square = 0
    for (let axis = 0; axis < Math.min(d, 3); axis++) square += points[i * d + axis]! ** 2
    return Number.isFinite(square) ? Math.sqrt(square) : 0
  }).sort()
  return 1.08 * (distances[Math.floor(shownShare * (distances.length - 1))] ?? 0) || 1
}

/** The colour of a point: dark and strong when near, pale when far. */
export function depthColour(near: number): readonly [number, number, number] {
  return [188 - 160 * near, 205 - 130 * near, 226 - 66 * near].map(Math.round) as [number, number, number]
}

const clamp = (x: number): number => Math.min(1, Math.max(0, x))
