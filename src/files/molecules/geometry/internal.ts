/** Lengths, angles and torsions of a conformer, and atoms that lie in each other. */
import { vanDerWaalsRadius } from '../elements.ts'
import { type Molecule, neighboursOf } from '../molecule.ts'
import { distance } from '../plausible.ts'

type Vector = readonly [number, number, number]

const between = (p: Float32Array, from: number, to: number): Vector => [
  p[3 * to]! - p[3 * from]!,
  p[3 * to + 1]! - p[3 * from + 1]!,
  p[3 * to + 2]! - p[3 * from + 2]!,
]
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
]

/** The length of every bond, in ångström. */
export function bondLengths({ bonds }: Pick<Molecule, 'bonds'>, positions: Float32Array): Float64Array {
  return Float64Array.from({ length: bonds.length / 3 }, (_, i) =>
    distance(positions, bonds[3 * i]!, bonds[3 * i + 1]!),
  )
}

/** The angle at b of a, b, c, in degrees from 0 to 180. */
export function angle(positions: Float32Array, a: number, b: number, c: number): number {
  const [u, v] = [between(positions, b, a), between(positions, b, c)]
  const w = cross(u, v)
  return (Math.atan2(Math.sqrt(dot(w, w)), dot(u, v)) * 180) / Math.PI
}

/** The angle of every pair of bonds at one atom: three atoms, the middle one second, and degrees. */
export function bondAngles(
  molecule: Pick<Molecule, 'atoms' | 'bonds'>,
  positions: Float32Array,
): readonly (readonly [a: number, b: number, c: number, degrees: number])[] {
  return neighboursOf(molecule).flatMap((around, b) =>
    around.flatMap(([a], i) => around.slice(i + 1).map(([c]) => [a, b, c, angle(positions, a, b, c)] as const)),
  )
}

/** The torsion of a–b–c–d, in degrees from −180 to 180: positive where, looking along b–c, d lies clockwise of a. */
export function torsion(positions: Float32Array, a: number, b: number, c: number, d: number): number {
  const [u, v, w] = [between(positions, a, b), between(positions, b, c), between(positions, c, d)]
  const [m, n] = [cross(u, v), cross(v, w)]
  return (Math.atan2(Math.sqrt(dot(v, v)) * dot(u, n), dot(m, n)) * 180) / Math.PI
}

/**
 * The signed volume of three neighbours of a centre, (a − o) · ((b − o) × (c − o)), in Å³: its sign is the handedness. About ±3 at an sp³
 * carbon of heavy atoms, near 0 where it is flat.
 */
export function signedVolume(positions: Float32Array, o: number, a: number, b: number, c: number): number {
  return dot(between(positions, o, a), cross(between(positions, o, b), between(positions, o, c)))
}

/** Pairs of atoms closer than this part of their van der Waals radii clash. */
export const clashShare = 0.65

/**
 * Pairs of atoms that lie in each other: at least four bonds apart, and nearer than 0.65 of the sum of their van der Waals radii.
 */
export function clashes(
  molecule: Pick<Molecule, 'atoms' | 'bonds'>,
  positions: Float32Array,
): readonly (readonly [a: number, b: number, distance: number])[] {
  const { atoms } = molecule
  const around = neighboursOf(molecule)
  const found: (readonly [number, number, number])[] = []
  for (let a = 0; a < atoms.length; a++) {
    const near = new Set([a])
    for (let bonds = 0; bonds < 3; bonds++)
      for (const atom of Array.from(near)) for (const [next] of around[atom]!) near.add(next)
    for (let b = a + 1; b < atoms.length; b++) {
      if (near.has(b)) continue
      const length = distance(positions, a, b)
      if (length < clashShare * (vanDerWaalsRadius(atoms[a]!) + vanDerWaalsRadius(atoms[b]!)))
        found.push([a, b, length])
    }
  }
  return found
}
