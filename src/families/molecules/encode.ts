/** A molecular graph as the conditions of the network. */
import { placesOfCentre } from '../../engine/nn/equivariant/index.ts'
import type { Molecule } from '../../files/data/molecules.ts'
import { writeAtoms, writePairs, writeSide } from './graph/features.ts'
import type { Stereo } from './graph/stereo.ts'
import { type Topology, topologyOf } from './graph/topology.ts'

/** A molecule, and what follows from its bonds. */
export interface Graph {
  readonly molecule: Molecule
  readonly topology: Topology
}

/** Works out what follows from the bonds. */
export function graphOf(molecule: Molecule): Graph {
  return { molecule, topology: topologyOf(molecule) }
}

/** The sizes of a network's conditions. */
export interface Encoding {
  /** Room for so many atoms. */
  readonly places: number
  /** Room for so many oriented centres. */
  readonly centres: number
  readonly elements: readonly number[]
}

/** The conditions of one item. */
export interface EncodedArrays {
  readonly atoms: Float32Array
  readonly pairs: Float32Array
  readonly centres?: Float32Array | undefined
}

/**
 * Writes a molecule into the arrays of one item.
 *
 * @param stereo its arrangement; left out, it is open
 */
export function encode(
  { molecule, topology }: Graph,
  stereo: Stereo | undefined,
  encoding: Encoding,
  out: EncodedArrays,
): void {
  const { places, centres, elements } = encoding
  for (const array of Object.values(out) as Float32Array[]) array.fill(0)
  writeAtoms(molecule, topology, elements, out.atoms)
  writePairs(molecule, topology, places, out.pairs)
  if (!stereo) return
  for (const { atoms, side } of stereo.sides) writeSide(places, atoms[0], atoms[3], side, out.pairs)
  stereo.orientations.slice(0, centres).forEach(({ centre, neighbours }, k) => {
    ;[...neighbours, centre].forEach((atom, place) => {
      out.centres![(k * placesOfCentre + place) * places + atom] = 1
    })
  })
}
