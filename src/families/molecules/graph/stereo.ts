/** The arrangement of a conformer that its bonds leave open: orientations of centres, and sides of double bonds. */
import type { Topology } from './topology.ts'

/** Four neighbours around a centre, in the order whose signed volume is positive. */
export interface Orientation {
  readonly centre: number
  readonly neighbours: readonly [number, number, number, number]
}

/** Two atoms across a double bond, the first and the last of four in a row. */
export interface Sides {
  readonly atoms: readonly [number, number, number, number]
  readonly side: 'cis' | 'trans'
}

/** A stereo arrangement; an empty one leaves it open. */
export interface Stereo {
  readonly orientations: readonly Orientation[]
  readonly sides: readonly Sides[]
}

/**
 * Atoms that may be oriented one way or the other: four neighbours, of which no two look alike, unless a ring leads from one to the
 * other (as in 1,4-dimethylcyclohexane).
 */
export function openCentres({ neighbours, colours, rings }: Topology): readonly Orientation[] {
  const count = neighbours.length
  return neighbours.flatMap((around, centre) => {
    if (around.length !== 4) return []
    const atoms = around.map(({ atom }) => atom) as [number, number, number, number]
    const same = atoms.some((a, i) =>
      atoms.slice(i + 1).some((b) => colours[a] === colours[b] && rings[a * count + b] === 0),
    )
    return same ? [] : [{ centre, neighbours: atoms }]
  })
}

/** Pairs of atoms across double bonds that may lie on one side or on both. */
export function openSides({
  neighbours,
  hops,
  rings,
}: Topology): readonly (readonly [number, number, number, number])[] {
  const count = neighbours.length
  return neighbours.flatMap((around, u) =>
    around.flatMap(({ atom: v, order }) => {
      if (order !== 2 || u > v) return []
      const ring = rings[u * count + v]!
      if (ring > 0 && ring < 8) return []
      const others = (of: number, but: number): number[] =>
        neighbours[of]!.flatMap(({ atom, order }) => (atom === but ? [] : order === 2 ? [-1] : [atom]))
      const [left, right] = [others(u, v), others(v, u)]
      if (left.includes(-1) || right.includes(-1)) return []
      return left.flatMap((a) => right.flatMap((b) => (hops[a * count + b] === 3 ? [[a, u, v, b] as const] : [])))
    }),
  )
}

/** The arrangement of a conformer. */
export function stereoOf(topology: Topology, positions: Float32Array): Stereo {
  return {
    orientations: openCentres(topology).map(({ centre, neighbours: [a, b, c, d] }) => ({
      centre,
      neighbours: signedVolume(positions, a, b, c, d) > 0 ? [a, b, c, d] : [b, a, c, d],
    })),
    sides: openSides(topology).map(([a, u, v, b]) => ({
      atoms: [a, u, v, b],
      side: isCis(positions, a, u, v, b) ? 'cis' : 'trans',
    })),
  }
}

/** What several conformers agree on; the rest is open. */
export function sharedStereo(topology: Topology, conformers: readonly Float32Array[]): Stereo {
  const [first, ...others] = conformers.map((positions) => stereoOf(topology, positions))
  if (!first) return { orientations: [], sides: [] }
  return {
    orientations: first.orientations.filter(({ neighbours }, i) =>
      others.every(({ orientations }) => orientations[i]!.neighbours.join() === neighbours.join()),
    ),
    sides: first.sides.filter(({ side }, i) => others.every(({ sides }) => sides[i]!.side === side)),
  }
}

/** Whether positions have this arrangement, as far as it says anything. */
export function isAsSaid({ orientations, sides }: Stereo, positions: ArrayLike<number>): boolean {
  return (
    orientations.every(({ neighbours }) => signedVolume(positions, ...neighbours) > 0) &&
    sides.every(({ atoms, side }) => isCis(positions, ...atoms) === (side === 'cis'))
  )
}

/** (a − d) · ((b − d) × (c − d)). */
export function signedVolume(positions: ArrayLike<number>, a: number, b: number, c: number, d: number): number {
  return dot(between(positions, d, a), cross(between(positions, d, b), between(positions, d, c)))
}

function isCis(positions: ArrayLike<number>, a: number, u: number, v: number, b: number): boolean {
  const axis = between(positions, u, v)
  return dot(cross(axis, between(positions, u, a)), cross(axis, between(positions, v, b))) > 0
}

type Vector = readonly [number, number, number]

const between = (x: ArrayLike<number>, from: number, to: number): Vector => [
  x[3 * to]! - x[3 * from]!,
  x[3 * to + 1]! - x[3 * from + 1]!,
  x[3 * to + 2]! - x[3 * from + 2]!,
]
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]
