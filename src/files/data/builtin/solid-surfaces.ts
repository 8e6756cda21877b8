/** Surfaces of solids: from numbers in [0, 1) to points that are uniform over them, by exact areas. */
import { cosTurns, sinTurns } from '../../../engine/random/index.ts'

type Point = readonly [x: number, y: number, z: number]

/** A solid with its proportions. */
export interface Surface {
  /** The largest distance of a point from the origin. */
  readonly reach: number
  /** A point for three uniform numbers. */
  at(u: number, v: number, w: number): Point
}

/** From two uniform numbers for its proportions to a solid. Its axis is z, and its middle the origin. */
export type Solid = (proportions: ArrayLike<number>) => Surface

/** A part of a surface: its area, and a point for two uniform numbers. */
interface Patch {
  readonly area: number
  readonly at: (u: number, v: number) => Point
}

/** A number between two, for a uniform one. */
const between = (low: number, high: number, u: number): number => low + (high - low) * u

/** Patches as one surface: the first number chooses among them by area. */
function surfaceOf(reach: number, patches: readonly Patch[]): Surface {
  const total = patches.reduce((sum, { area }) => sum + area, 0)
  return {
    reach,
    at(u, v, w) {
      let left = u * total
      const chosen = patches.find(({ area }) => (left -= area) < 0) ?? patches.at(-1)!
      return chosen.at(v, w)
    },
  }
}

/** The triangle of three points, or the parallelogram of which they are three corners. */
function flat(a: Point, b: Point, c: Point, triangle: boolean): Patch {
  const [p, q] = [minus(b, a), minus(c, a)]
  const area = Math.hypot(p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0])
  return {
    area: triangle ? area / 2 : area,
    at(u, v) {
      const [s, t] = triangle && u + v > 1 ? [1 - u, 1 - v] : [u, v]
      return [a[0] + s * p[0] + t * q[0], a[1] + s * p[1] + t * q[1], a[2] + s * p[2] + t * q[2]]
    },
  }
}

const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]

/** A disc around the axis. */
const disc = (radius: number, z: number): Patch => ({
  area: Math.PI * radius ** 2,
  at: (u, v) => [radius * Math.sqrt(u) * cosTurns(v), radius * Math.sqrt(u) * sinTurns(v), z],
})

/** The side of a cylinder, from −h to h. */
const tube = (radius: number, h: number): Patch => ({
  area: 4 * Math.PI * radius * h,
  at: (u, v) => [radius * cosTurns(v), radius * sinTurns(v), h * (2 * u - 1)],
})

/** The part of a sphere that is above its middle, or below: heights are uniform (Archimedes). */
const dome = (radius: number, middle: number, up: 1 | -1): Patch => ({
  area: 2 * Math.PI * radius ** 2,
  at(u, v) {
    const across = radius * Math.sqrt(1 - u * u)
    return [across * cosTurns(v), across * sinTurns(v), middle + up * radius * u]
  },
})

/** The solid between two copies of a polygon in the plane, at heights −h and h, by its corners in order. Its caps are fans of triangles. */
function prismOf(corners: readonly (readonly [number, number])[], h: number): Surface {
  const sides = corners.map(([x, y], i) => {
    const [x2, y2] = corners[(i + 1) % corners.length]!
    return flat([x, y, -h], [x2, y2, -h], [x, y, h], false)
  })
  const caps = [-h, h].flatMap((z) =>
    corners.slice(1, -1).map(([x, y], i) => {
      const [next, first] = [corners[i + 2]!, corners[0]!]
      return flat([...first, z], [x, y, z], [...next, z], true)
    }),
  )
  return surfaceOf(Math.max(...corners.map(([x, y]) => Math.hypot(x, y, h))), [...sides, ...caps])
}

/** The angle θ of a ring with θ + e sin θ = 2π u, by Newton's steps: with area in proportion to 1 + e cos θ. */
function ringAngle(u: number, e: number): number {
  let theta = 2 * Math.PI * u
  for (let i = 0; i < 12; i++) {
    const turns = theta / (2 * Math.PI)
    theta -= (theta + e * sinTurns(turns) - 2 * Math.PI * u) / (1 + e * cosTurns(turns))
  }
  return theta / (2 * Math.PI)
}

/** The solids by name. Numbers behind them are half lengths and radii. */
export const solids = {
  sphere: () => surfaceOf(1, [dome(1, 0, 1), dome(1, 0, -1)]),
  /** sides 1 : 0.4 … 1 : 0.4 … 1 */
  box: ({ 0: a, 1: b }) => {
    const [x, y] = [between(0.4, 1, a!), between(0.4, 1, b!)]
    return prismOf([[-x, -y], [x, -y], [x, y], [-x, y]], 1) // prettier-ignore
  },
  /** height 1, radius 0.3 … 1.2 */
  cylinder: ({ 0: a }) => {
    const r = between(0.3, 1.2, a!)
    return surfaceOf(Math.hypot(r, 1), [disc(r, -1), disc(r, 1), tube(r, 1)])
  },
  /** height 1, radius 0.5 … 1.2 */
  cone: ({ 0: a }) => {
    const r = between(0.5, 1.2, a!)
    const side: Patch = {
      area: Math.PI * r * Math.hypot(r, 2),
      at(u, v) {
        const down = Math.sqrt(u)
        return [r * down * cosTurns(v), r * down * sinTurns(v), 1 - 2 * down]
      },
    }
    return surfaceOf(Math.hypot(r, 1), [disc(r, -1), side])
  },
  /** its tube is 0.2 … 0.5 of its radius thick */
  torus: ({ 0: a }) => {
    const r = between(0.2, 0.5, a!)
    return {
      reach: 1 + r,
      at(u, v) {
        const turns = ringAngle(u, r)
        const across = 1 + r * cosTurns(turns)
        return [across * cosTurns(v), across * sinTurns(v), r * sinTurns(turns)]
      },
    }
  },
  /** on a rectangle, sides 0.6 … 1 */
  pyramid: ({ 0: a, 1: b }) => {
    const [x, y] = [between(0.6, 1, a!), between(0.6, 1, b!)]
    const base: Point[] = [[-x, -y, -1], [x, -y, -1], [x, y, -1], [-x, y, -1]] // prettier-ignore
    const sides = base.map((corner, i) => flat(corner, base[(i + 1) % 4]!, [0, 0, 1], true))
    return surfaceOf(Math.hypot(x, y, 1), [flat(base[0]!, base[1]!, base[3]!, false), ...sides])
  },
  /** a cylinder of radius 1 between two half spheres, half as long as 0.6 … 2 of its radius */
  capsule: ({ 0: a }) => {
    const h = between(0.6, 2, a!)
    return surfaceOf(1 + h, [tube(1, h), dome(1, h, 1), dome(1, -h, -1)])
  },
  /** of a triangle with equal sides, half as high as 0.4 … 1.5 of the way from its middle to a corner */
  prism: ({ 0: a }) =>
    prismOf(
      [0, 1, 2].map((i) => [cosTurns(i / 3), sinTurns(i / 3)] as const),
      between(0.4, 1.5, a!),
    ),
} as const satisfies Record<string, Solid>
