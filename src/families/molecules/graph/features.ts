/** A molecular graph as numbers: what the network is told of atoms and of pairs. */
import type { Molecule } from '../../../files/data/molecules.ts'
import { forEachPair, pairCount } from '../../../engine/nn/equivariant/index.ts'
import { type Topology, unconnected } from './topology.ts'

/** Numbers of an atom behind its element: charge, neighbours, hydrogens, ring sizes, aromatic, double and triple bonds. */
const atomFacts = 11

/** How many numbers describe an atom, where so many elements are known. */
export function atomFeatures(elements: number): number {
  return 1 + elements + atomFacts
}

/** Where the numbers of a pair begin. */
const at = Object.freeze({ there: 0, order: 1, hops: 5, rings: 10, cis: 15, trans: 16, conjugated: 17 })

/** How many numbers describe a pair. */
export const pairFeatures = 18

/** Describes atoms, `[places, atomFeatures]`; places beyond the molecule are zeros. */
export function writeAtoms(
  molecule: Molecule,
  topology: Topology,
  elements: readonly number[],
  out: Float32Array,
): void {
  const width = atomFeatures(elements.length)
  const count = molecule.atoms.length
  molecule.atoms.forEach((number, i) => {
    const row = out.subarray(i * width, (i + 1) * width)
    const around = topology.neighbours[i]!
    const ring = topology.rings[i * count + i]!
    const having = (order: number): number => around.filter((each) => each.order === order).length
    row[0] = 1
    row[1 + elements.indexOf(number)] = 1
    row.set(
      [
        molecule.charges?.[i] ?? 0,
        around.length / 4,
        around.filter(({ atom }) => molecule.atoms[atom] === 1).length / 4,
        ...ringFlags(ring),
        Number(having(4) > 0),
        having(2),
        having(3),
      ],
      1 + elements.length,
    )
  })
}

/** Describes pairs of places, `[pairs, pairFeatures]`; those beyond the molecule are zeros. */
export function writePairs(molecule: Molecule, topology: Topology, places: number, out: Float32Array): void {
  const count = molecule.atoms.length
  const { hops, rings, neighbours } = topology
  if (out.length !== pairCount(places) * pairFeatures) throw new RangeError('the array has another number of pairs')
  const isUnsaturated = (atom: number): boolean => neighbours[atom]!.some(({ order }) => order > 1)
  forEachPair(places, (i, j, pair) => {
    if (j >= count) return
    const row = out.subarray(pair * pairFeatures, (pair + 1) * pairFeatures)
    const distance = hops[i * count + j]!
    row[at.there] = 1
    if (distance === 1) {
      const { order } = neighbours[i]!.find(({ atom }) => atom === j)!
      row[at.order + order - 1] = 1
      if (order === 1 && isUnsaturated(i) && isUnsaturated(j)) row[at.conjugated] = 1
    } else row[at.hops + (distance === unconnected ? 4 : Math.min(distance - 2, 4))] = 1
    row.set(ringFlags(rings[i * count + j]!), at.rings)
  })
}

/** Marks a pair as lying on one side of a double bond, or on both; either order. */
export function writeSide(places: number, i: number, j: number, side: 'cis' | 'trans', out: Float32Array): void {
  const [low, high] = i < j ? [i, j] : [j, i]
  const pair = low * places - (low * (low + 1)) / 2 + (high - low - 1)
  out[pair * pairFeatures + at[side]] = 1
}

/** Rings of 3, 4, 5, 6 and more atoms, a flag each. */
function ringFlags(size: number): number[] {
  return [3, 4, 5, 6, 7].map((each) => Number(each === Math.min(size, 7)))
}
