/** Handedness of centres and sides of double bonds, held against another conformer of the same molecule. */
import { type Molecule, neighboursOf } from '../molecule.ts'
import { smallRings } from '../rings.ts'
import type { Automorphisms } from './automorphisms.ts'
import { signedVolume, torsion } from './internal.ts'

/** What two conformers have in different hands. */
export interface StereoDifference {
  /** Centres that are mirrored, or flat in one of the two. */
  readonly centres: number
  /** How many centres were compared. */
  readonly allCentres: number
  /** Double bonds whose ends are on other sides. */
  readonly doubleBonds: number
  readonly allDoubleBonds: number
}

/** Below this volume, in Å³, a centre is flat: it has no hand. */
const flat = 0.3

/** What is compared: centres with the neighbours whose order says the hand, and double bonds with an atom on each side. */
export interface StereoPlaces {
  /** An atom and its neighbours, heavy ones first in their order, the hydrogen last. */
  readonly centres: readonly (readonly [atom: number, a: number, b: number, c: number])[]
  /** a–b=c–d. */
  readonly doubleBonds: readonly (readonly [a: number, b: number, c: number, d: number])[]
}

/**
 * Where a molecule may have a hand: atoms of C, Si, N, P and S with four neighbours, at most one of which is a hydrogen; and double bonds of C and N out of
 * rings of less than eight, with no end of two hydrogens. Whether two arrangements of these really are different molecules is
 * decided by the symmetries ({@link stereoDifference}).
 */
export function stereoPlaces(molecule: Pick<Molecule, 'atoms' | 'bonds'>): StereoPlaces {
  const { atoms, bonds } = molecule
  const around = neighboursOf(molecule).map((each) => each.map(([atom]) => atom).toSorted((a, b) => a - b))
  const heavyFirst = (list: readonly number[]): number[] =>
    list.toSorted((a, b) => Number(atoms[a] === 1) - Number(atoms[b] === 1) || a - b)
  const hydrogens = (list: readonly number[]): number => list.filter((atom) => atoms[atom] === 1).length
  const centres = [...atoms.keys()].flatMap((atom) => {
    const near = around[atom]!
    if (near.length !== 4 || hydrogens(near) > 1 || ![6, 7, 14, 15, 16].includes(atoms[atom]!)) return []
    const [a, b, c] = heavyFirst(near)
    return [[atom, a!, b!, c!] as const]
  })
  const inRing = new Set(
    smallRings(molecule, 7).flatMap((ring) => ring.map((atom, i) => pairOf(atom, ring[(i + 1) % ring.length]!))),
  )
  const doubleBonds: (readonly [number, number, number, number])[] = []
  for (let i = 0; i < bonds.length; i += 3) {
    const [b, c] = [bonds[i]!, bonds[i + 1]!]
    if (bonds[i + 2] !== 2 || inRing.has(pairOf(b, c)) || ![b, c].every((atom) => [6, 7].includes(atoms[atom]!)))
      continue
    const ends = [
      [b, c],
      [c, b],
    ].map(([atom, other]) => heavyFirst(around[atom!]!.filter((each) => each !== other)))
    if (ends.some((end) => end.length === 0 || hydrogens(end) > 1)) continue
    // Sums of double bonds (allenes) have their ends across, not on sides.
    if ([b, c].some((atom) => atoms[atom] === 6 && around[atom]!.length < 3)) continue
    doubleBonds.push([ends[0]![0]!, b, c, ends[1]![0]!])
  }
  return { centres, doubleBonds }
}

const pairOf = (a: number, b: number): string => `${Math.min(a, b)} ${Math.max(a, b)}`

/**
 * In how many places two conformers differ in hand: the fewest over the symmetries of the graph, so that a centre with two equal
 * neighbours never counts, and a meso compound is its own mirror image. All 0: the same stereoisomer.
 *
 * @param x the conformer that is judged @param y the one that it is held against
 */
export function stereoDifference(
  { centres, doubleBonds }: StereoPlaces,
  { maps }: Pick<Automorphisms, 'maps'>,
  x: Float32Array,
  y: Float32Array,
): StereoDifference {
  const handX = centres.map(([o, a, b, c]) => hand(signedVolume(x, o, a, b, c)))
  const sideX = doubleBonds.map(([a, b, c, d]) => Math.abs(torsion(x, a, b, c, d)) < 90)
  let best = { centres: Infinity, doubleBonds: 0 }
  for (const map of maps) {
    const at = (atom: number): number => map[atom]!
    let wrong = 0
    centres.forEach((place, i) => {
      // Where the map moves the neighbours round, so does the order in which y's volume is taken.
      const [o, a, b, c] = place.map(at) as [number, number, number, number]
      if (handX[i] !== hand(signedVolume(y, o, a, b, c)) || handX[i] === 0) wrong++
    })
    let sides = 0
    doubleBonds.forEach((place, i) => {
      const [a, b, c, d] = place.map(at) as [number, number, number, number]
      if (sideX[i] !== Math.abs(torsion(y, a, b, c, d)) < 90) sides++
    })
    if (wrong + sides < best.centres + best.doubleBonds) best = { centres: wrong, doubleBonds: sides }
    if (wrong + sides === 0) break
  }
  return { ...best, allCentres: centres.length, allDoubleBonds: doubleBonds.length }
}

const hand = (volume: number): number => (Math.abs(volume) < flat ? 0 : Math.sign(volume))
