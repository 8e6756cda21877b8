/** The distance of two conformers of a molecule, whatever the names of like atoms. */
import type { Automorphisms } from './automorphisms.ts'
import { rmsd, type SuperposeOptions, superposed } from './superpose.ts'

/**
 * The least root-mean-square distance of the heavy atoms of two conformers, in ångström, over all rotations, shifts and symmetries of the
 * graph (what RDKit's `GetBestRMS` gives without hydrogens).
 *
 * @example
 * const symmetries = automorphismsOf(molecule)
 * const distance = bestRmsd(symmetries, generated, reference)
 */
export function bestRmsd(
  { heavy, maps }: Pick<Automorphisms, 'heavy' | 'maps'>,
  x: Float32Array,
  y: Float32Array,
  options: SuperposeOptions = {},
): number {
  let best = Infinity
  for (const map of maps) best = Math.min(best, rmsd(x, y, options, heavy, map))
  return best
}

/** x laid over y by the symmetry that brings it nearest, all atoms moved alike. */
export function bestSuperposed(
  { heavy, maps }: Pick<Automorphisms, 'heavy' | 'maps'>,
  x: Float32Array,
  y: Float32Array,
  options: SuperposeOptions = {},
): Float32Array {
  const distances = maps.map((map) => rmsd(x, y, options, heavy, map))
  return superposed(x, y, options, heavy, maps[distances.indexOf(Math.min(...distances))])
}
