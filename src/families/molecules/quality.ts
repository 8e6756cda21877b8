/** How sound conformers are: bonds, angles, atoms that are too near, and the arrangement that was asked for. */
import type { Molecule } from '../../files/data/molecules.ts'
import { covalentRadius } from '../../files/molecules/elements.ts'
import { bondAngles, bondLengths, clashes } from '../../files/molecules/geometry/internal.ts'
import { isAsSaid, type Stereo } from './graph/stereo.ts'

/** Facts about the conformers of a molecule. */
export interface ConformerQuality {
  readonly conformers: number
  /** The mean error of a bond's length, in ångström, beside the mean of the references; undefined without references. */
  readonly bondError?: number | undefined
  /** The mean error of an angle between bonds, in degrees, likewise. */
  readonly angleError?: number | undefined
  /** Conformers with a bond that is broken or squeezed: not 0.75 to 1.3 of the sum of the covalent radii. */
  readonly broken: number
  /** Conformers in which atoms at least four bonds apart lie in each other. */
  readonly clashing: number
  /** Conformers that have the arrangement that was asked for, where one was. */
  readonly stereoKept?: number | undefined
}

/** Looks at conformers. */
export function qualityOf(
  molecule: Molecule,
  stereo: Stereo | undefined,
  conformers: readonly Float32Array[],
): ConformerQuality {
  const { conformers: references } = molecule
  const count = (is: (positions: Float32Array) => boolean): number => conformers.filter(is).length
  const angles = (positions: Float32Array): number[] =>
    bondAngles(molecule, positions).map(([, , , degrees]) => degrees)
  return {
    conformers: conformers.length,
    ...(references.length > 0 && {
      bondError: errorOf((positions) => bondLengths(molecule, positions), references, conformers),
      angleError: errorOf(angles, references, conformers),
    }),
    broken: count((positions) => hasBrokenBond(molecule, positions)),
    clashing: count((positions) => clashes(molecule, positions).length > 0),
    ...(stereo && { stereoKept: count((positions) => isAsSaid(stereo, positions)) }),
  }
}

/** The mean of | value − mean of the references | over all values and conformers. */
function errorOf(
  measure: (positions: Float32Array) => ArrayLike<number>,
  references: readonly Float32Array[],
  conformers: readonly Float32Array[],
): number {
  const known = references.map(measure)
  const size = known[0]!.length
  const expected = Array.from({ length: size }, (_, i) => known.reduce((sum, each) => sum + each[i]!, 0) / known.length)
  let sum = 0
  for (const positions of conformers) {
    const values = measure(positions)
    expected.forEach((value, i) => (sum += Math.abs(values[i]! - value)))
  }
  return size * conformers.length === 0 ? 0 : sum / (size * conformers.length)
}

function hasBrokenBond(molecule: Molecule, positions: Float32Array): boolean {
  const { atoms, bonds } = molecule
  return bondLengths(molecule, positions).some((length, i) => {
    const share = length / (covalentRadius(atoms[bonds[3 * i]!]!) + covalentRadius(atoms[bonds[3 * i + 1]!]!))
    return share < 0.75 || share > 1.3
  })
}
