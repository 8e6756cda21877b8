/** How sound conformers are: bonds, atoms that are too near, and the arrangement that was asked for. */
import { covalentRadius, vanDerWaalsRadius } from '../../files/molecules/elements.ts'
import type { Molecule } from '../../files/data/molecules.ts'
import { isAsSaid, type Stereo } from './graph/stereo.ts'
import type { Topology } from './graph/topology.ts'

/** Facts about the conformers of a molecule. */
export interface ConformerQuality {
  readonly conformers: number
  /** The mean error of a bond's length, in ångström, beside the mean of the references; undefined without references. */
  readonly bondError?: number | undefined
  /** Conformers with a bond that is broken or squeezed: not 0.75 to 1.3 of the sum of the covalent radii. */
  readonly broken: number
  /** Conformers with a clash: atoms at least four bonds apart nearer than 0.65 of the sum of their van der Waals radii. */
  readonly clashing: number
  /** Conformers that have the arrangement that was asked for, where one was. */
  readonly stereoKept?: number | undefined
}

/** Looks at conformers. */
export function qualityOf(
  molecule: Molecule,
  { hops }: Topology,
  stereo: Stereo | undefined,
  conformers: readonly Float32Array[],
): ConformerQuality {
  const count = (is: (positions: Float32Array) => boolean): number => conformers.filter(is).length
  return {
    conformers: conformers.length,
    ...(molecule.conformers.length > 0 && { bondError: bondError(molecule, conformers) }),
    broken: count((positions) => hasBrokenBond(molecule, positions)),
    clashing: count((positions) => hasClash(molecule, hops, positions)),
    ...(stereo && { stereoKept: count((positions) => isAsSaid(stereo, positions)) }),
  }
}

/** The mean of | length − mean length of the references | over bonds and conformers. */
export function bondError({ bonds, conformers: references }: Molecule, conformers: readonly Float32Array[]): number {
  let [sum, count] = [0, 0]
  for (let i = 0; i < bonds.length; i += 3) {
    const [from, to] = [bonds[i]!, bonds[i + 1]!]
    const expected = references.reduce((total, x) => total + distance(x, from, to), 0) / references.length
    for (const positions of conformers) sum += Math.abs(distance(positions, from, to) - expected)
    count += conformers.length
  }
  return count === 0 ? 0 : sum / count
}

function hasBrokenBond({ atoms, bonds }: Molecule, positions: Float32Array): boolean {
  for (let i = 0; i < bonds.length; i += 3) {
    const [from, to] = [bonds[i]!, bonds[i + 1]!]
    const share = distance(positions, from, to) / (covalentRadius(atoms[from]!) + covalentRadius(atoms[to]!))
    if (share < 0.75 || share > 1.3) return true
  }
  return false
}

function hasClash({ atoms }: Molecule, hops: Uint8Array, positions: Float32Array): boolean {
  for (let i = 0; i < atoms.length; i++) {
    for (let j = i + 1; j < atoms.length; j++) {
      if (hops[i * atoms.length + j]! < 4) continue
      const least = 0.65 * (vanDerWaalsRadius(atoms[i]!) + vanDerWaalsRadius(atoms[j]!))
      if (distance(positions, i, j) < least) return true
    }
  }
  return false
}

/** The distance of two atoms. */
export function distance(x: Float32Array, i: number, j: number): number {
  return Math.hypot(x[3 * i]! - x[3 * j]!, x[3 * i + 1]! - x[3 * j + 1]!, x[3 * i + 2]! - x[3 * j + 2]!)
}
